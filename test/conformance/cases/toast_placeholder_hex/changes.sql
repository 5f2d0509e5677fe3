-- A placeholder given in hex.
UPDATE t SET n = 2;

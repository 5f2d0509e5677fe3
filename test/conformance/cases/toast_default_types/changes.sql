-- Unchanged large values of every type under the default identity, unknown types included.
UPDATE t SET z = 1;
UPDATE t SET id = 2;

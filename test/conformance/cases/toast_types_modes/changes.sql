-- The same with every mode away from its default and a placeholder of its own.
UPDATE t SET n2 = 2;

-- Overrides: another order of columns, a column that is not selected.
INSERT INTO a VALUES (9,'s');

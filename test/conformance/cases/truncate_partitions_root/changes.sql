-- The same published via the root.
INSERT INTO m VALUES (1, 'a'), (2, 'b');
TRUNCATE m;
INSERT INTO m VALUES (1, 'a');
TRUNCATE m_a;

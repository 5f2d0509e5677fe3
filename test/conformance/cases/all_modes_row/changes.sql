-- Every mode away from its default, FULL identity, unknown types included.
INSERT INTO t VALUES (1, 1.5, 2.50, 3, '\xfbff', '1 mon 2.5 secs', 'a=>1,b=>NULL', '2024-02-29 10:00:00.5', '10:00:00.000001', '2024-02-29', B'100000001', 'b', '(1,2)', '((0,0),(1,1))', '2024-02-29 10:00:00.55+01', '{"\\xfbff",NULL}', '{1.50}');
UPDATE t SET a = NULL, d = NULL, f = '';
DELETE FROM t;

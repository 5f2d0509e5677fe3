-- Types of extensions, with FULL identity and unknown types included.
INSERT INTO t VALUES (1, 'MiXed', 'a.b_c.d', '{a.b,c}', '{A,NULL}', 'a.*.b', 'a & b', '0-306-40615-2', '978-0-393-04002-9', '1436-4522', '4006381333931', '036000291452');
UPDATE t SET c = c || 'x', l = 'z';
DELETE FROM t;

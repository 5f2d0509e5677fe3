-- column.truncate.to.N.chars over every type: which values it cuts, and which schemas show it; absent, unavailable and key columns; cut surrogate pairs and escapes; 0.
INSERT INTO m VALUES (1,'text one','var ch one','var two','ab','z','a name','CiTe','happy','{"a": 1}','{"b": 22}','a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11','<a>x</a>',123456,1234567890,12345,1234.56,12.3456,1.5,2.5,true,'12.34','\x0102030405','2020-01-02','12:34:56.789','12:34:56.7','12:34:56+02','2020-01-02 03:04:05.678','2020-01-02 03:04:05.6','2020-01-02 03:04:05','2020-01-02 03:04:05+00','2020-01-02 03:04:05+00','1 day','1.5 sec',B'1',B'10101',B'1010101',B'11110000111100001111','10.0.0.1','10.0.0.0/8','08:00:2b:01:02:03','[1,5)','[1.5,2.5)','[2020-01-01,2020-02-01)','fat cat','a.b.c','k=>v, kk=>vv',77,'(1,2)','978-0-11-000533-1','{one,two}','{three}','{1,2}','{1.5}','{2020-01-02 03:04:05.67}','{sad}','abcde','fghij',1234.5,99);
INSERT INTO m VALUES (2,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO k VALUES ('a123456','b12345',NULL,'d12345','short','\x0102030405','{1}');
UPDATE k SET b = 'b2';
UPDATE k SET e = repeat('x', 9000), f = decode(repeat('0a', 9000), 'hex'), g = ARRAY[repeat('y', 9000)];
UPDATE k SET b = 'b34567';
UPDATE k SET a = 'a98765';
INSERT INTO k VALUES ('é😀é😀','日本😀','😀😀😀',E'a"\\b\tc',E'\x01\x02\x03\x04\x05', '', '{}');
DELETE FROM k;
INSERT INTO z VALUES (1,'abc','abcde'), (2,NULL,NULL), (3,'','');

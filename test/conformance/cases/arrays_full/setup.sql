CREATE TYPE mood AS ENUM ('sad','ok');
CREATE TABLE t (id int PRIMARY KEY, a int[], b text[], c numeric(8,2)[], d timestamp(3)[], e timestamptz[], f bool[], g uuid[], h bytea[], i jsonb[], j date[], k float8[], l mood[], m char(3)[], n varchar(4)[], o int8[], p int2[], q time(2)[], r timetz[], s numeric[], u oid[]);
ALTER TABLE t REPLICA IDENTITY FULL;
INSERT INTO t VALUES (1,'{1,2}','{x,NULL,"y z"}','{1.5,2}','{2020-01-01 00:00:00.123}','{2020-01-01 00:00:00.123456+02}','{t,f}','{09e0c0f0-1111-4222-8333-a0b0c0d0e0f0}','{"\\x01"}','{"{\"a\":1}"}','{2020-01-01}','{1.5,NaN}','{ok}','{ab}','{cd}','{9}','{-3}','{01:02:03.04}','{01:02:03+01}','{1.10,100}','{7}');

-- Temporal arrays and defaults in a mode.
INSERT INTO t(id,d,q,q2,r,ts,ts3,tz,tz0,ttz,dn) VALUES (1,'{2017-09-15,1969-12-31}','{04:05:11.789123}','{04:05:11.78}','{04:05:11.789+02}','{2019-07-09 02:28:57.123456}','{2019-07-09 02:28:57.123}','{2019-07-09 02:28:57.123456+02}','{2019-07-09 02:28:57+02}','2020-01-01 00:00:00.1+00','2020-02-02');
INSERT INTO t(id,dd,tt,ttz,dn) VALUES (2,NULL,NULL,NULL,'2020-02-02');
DELETE FROM t WHERE id=1;

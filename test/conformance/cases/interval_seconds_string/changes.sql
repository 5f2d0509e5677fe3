-- Fractions of seconds that double arithmetic shows in another way.
INSERT INTO t(id, i, j) SELECT g, make_interval(secs => g * 0.377 - 100), make_interval(secs => -g/1000000.0) FROM generate_series(1,300,13) g; INSERT INTO t VALUES (1000,'0','0','0'); INSERT INTO t VALUES (1001,NULL,'-178000000 years',NULL),(1002,'-23:59:59.999999','-59.999999 s',NULL);

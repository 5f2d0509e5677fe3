-- NULL elements: a NULL makes an ltree[] null, though its schema takes one.
INSERT INTO t VALUES (1, '{a.b,NULL,c}', '{a,NULL}', '{NULL,"a=>1"}', '{a,NULL}','{NULL}','{NULL}','{a,NULL}'), (2, '{a}','{a}','{}','{a}','{}','{}','{}'),(3, '{NULL}',NULL,NULL,NULL,NULL,NULL,NULL);

-- Without old values nothing can be skipped; with them NULL against a default, NaN, -0 and digits of a numeric.
UPDATE t SET v='a';
UPDATE t SET v='a', id=2;
UPDATE f SET v='d';
UPDATE f SET v=NULL;
UPDATE f SET v='d';
UPDATE f SET n='NaN'; UPDATE f SET n='NaN';
UPDATE f SET n=0; UPDATE f SET n='-0';
UPDATE f SET m=1.00; UPDATE f SET m=1.000; UPDATE f SET m='NaN';
UPDATE f SET b='x', a='{1}';
UPDATE f SET id=1;
UPDATE f SET id=2;

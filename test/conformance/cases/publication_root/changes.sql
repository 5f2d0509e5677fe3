-- publish_via_partition_root of the publication counts; the filter is over the root's columns.
INSERT INTO p VALUES (1,1,'x'),(2,-2,'y'); UPDATE p SET v=-v, w=w||w; INSERT INTO q VALUES (1); DELETE FROM p;

-- source.xmin with xmin.fetch.interval.ms, of messages too.
INSERT INTO t VALUES (1); SELECT pg_logical_emit_message(false,'a','b'); INSERT INTO t VALUES (2);

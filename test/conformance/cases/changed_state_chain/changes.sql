-- ExtractChangedRecordState before ExtractNewRecordState, with default and full identity and large values.
UPDATE t SET a='z'; UPDATE t SET id=2; UPDATE f SET a='z'; UPDATE f SET n=1; UPDATE f SET big='s'; UPDATE f SET a='z'; DELETE FROM f; DELETE FROM t;

-- penstock.options: generated from the tables that the code itself uses.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS penstock;
RESET client_min_messages;

SELECT scope, count(*) > 0 AS some FROM penstock.options GROUP BY scope ORDER BY scope;
SELECT DISTINCT support FROM penstock.options ORDER BY 1;
SELECT DISTINCT type FROM penstock.options ORDER BY 1;

-- to one type of sink a name means one thing
SELECT t.type, name, array_agg(scope ORDER BY scope)
  FROM unnest(ARRAY['elasticsearch', 'file', 'kafka']) AS t(type)
  JOIN penstock.options ON scope IN ('event', 'source', t.type)
 GROUP BY t.type, name HAVING count(*) > 1;
-- every row explains itself, and what is refused or idle says why
SELECT name FROM penstock.options WHERE coalesce(description, '') = '';
-- an enum lists its values, and its default is one of them
SELECT name FROM penstock.options WHERE (type = 'enum') <> (allowed IS NOT NULL);
SELECT name, "default" FROM penstock.options WHERE type = 'enum' AND "default" <> ALL (allowed);
SELECT name FROM penstock.options
 WHERE type = 'integer' AND "default" <> '' AND "default"::bigint NOT BETWEEN min AND max;

SELECT * FROM penstock.options
 WHERE name IN ('snapshot.mode', 'status.update.interval.ms', 'tasks.max', 'slot.failover')
 ORDER BY name;

-- What CREATE EXTENSION leaves behind, and who may use it.
\set VERBOSITY terse
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS penstock;
RESET client_min_messages;
SELECT extname, extversion, nspname, extrelocatable
  FROM pg_extension JOIN pg_namespace n ON n.oid = extnamespace WHERE extname = 'penstock';

-- every object has a comment
SELECT c.relname FROM pg_class c
 WHERE c.relnamespace = 'penstock'::regnamespace AND c.relkind IN ('r', 'v')
   AND obj_description(c.oid, 'pg_class') IS NULL;
SELECT p.proname FROM pg_proc p
 WHERE p.pronamespace = 'penstock'::regnamespace AND obj_description(p.oid, 'pg_proc') IS NULL;
SELECT obj_description('penstock'::regnamespace, 'pg_namespace');

-- every function has a fixed search_path and is not SECURITY DEFINER
SELECT p.proname FROM pg_proc p
 WHERE p.pronamespace = 'penstock'::regnamespace
   AND (p.prosecdef OR p.proconfig IS DISTINCT FROM '{"search_path=pg_catalog, pg_temp"}');

-- what everybody may do
SELECT p.oid::regprocedure::text COLLATE "C" AS function, has_function_privilege('public', p.oid, 'EXECUTE') AS public
  FROM pg_proc p WHERE p.pronamespace = 'penstock'::regnamespace ORDER BY 1;
SELECT c.relname, array(SELECT a.grantee::regrole::text || ':' || a.privilege_type
                          FROM aclexplode(c.relacl) a
                         WHERE a.grantee <> c.relowner ORDER BY 1) AS granted
  FROM pg_class c
 WHERE c.relnamespace = 'penstock'::regnamespace AND c.relkind IN ('r', 'v')
 ORDER BY 1;

-- what the server needs is there
SELECT requirement, ok, restart FROM penstock.check();

\set ECHO none
-- wait_until.sql: for tests that wait for what processes beside the session do. Whether the
-- condition, an SQL expression, came true within 30 seconds.
CREATE FUNCTION pg_temp.wait_until(condition text) RETURNS bool LANGUAGE plpgsql AS $$
DECLARE
    met bool;
BEGIN
    FOR i IN 1 .. 600 LOOP
        EXECUTE 'SELECT ' || condition INTO met;
        EXIT WHEN met;
        PERFORM pg_sleep(0.05);
    END LOOP;
    RETURN coalesce(met, false);
END $$;
\set ECHO all

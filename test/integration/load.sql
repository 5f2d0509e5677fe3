-- Tables and the load of the integration test: every kind of change, from several sessions at once.
CREATE TABLE account (id bigint PRIMARY KEY, version bigint NOT NULL, amount numeric(12,2), open boolean, note text);
CREATE TABLE pair (a int, b text, version bigint NOT NULL, payload jsonb, PRIMARY KEY (a, b));
-- A large column that most updates leave alone: its value is not in the WAL then.
CREATE TABLE document (id bigint PRIMARY KEY, version bigint NOT NULL, body text);
ALTER TABLE document ALTER body SET STORAGE EXTERNAL;
-- The same with the old row in the WAL.
CREATE TABLE "Full Document" ("Id" uuid PRIMARY KEY, version bigint NOT NULL, body text);
ALTER TABLE "Full Document" ALTER body SET STORAGE EXTERNAL, REPLICA IDENTITY FULL;
CREATE SEQUENCE versions;
CREATE SEQUENCE account_ids START 1000;

INSERT INTO account SELECT g, nextval('versions'), g * 1.25, true, 'row ' || g FROM generate_series(1, 200) g;
INSERT INTO pair SELECT g % 10, 'b' || g, nextval('versions'), '{"n": 1}' FROM generate_series(1, 100) g;
INSERT INTO document SELECT g, nextval('versions'), repeat(md5(g::text), 100) FROM generate_series(1, 50) g;
INSERT INTO "Full Document" SELECT md5(g::text)::uuid, nextval('versions'), repeat(md5(g::text), 100) FROM generate_series(1, 20) g;

-- Changes until a row of "stop" appears. Each transaction locks at most one row of each table, the
-- tables in one order, so sessions wait for each other but never in a circle.
CREATE UNLOGGED TABLE stop (session int);
CREATE PROCEDURE load(session int) LANGUAGE plpgsql AS $$
DECLARE
    dice int;
    small bigint;
BEGIN
    WHILE NOT EXISTS (SELECT FROM stop) LOOP
        dice := random() * 100;
        small := 1 + random() * 200;
        IF dice < 25 THEN
            UPDATE account SET version = nextval('versions'), amount = amount + 0.01 WHERE id = small;
        ELSIF dice < 40 THEN
            INSERT INTO account VALUES (small, nextval('versions'), dice, false, 'again') ON CONFLICT DO NOTHING;
        ELSIF dice < 50 THEN
            DELETE FROM account WHERE id = small;
        ELSIF dice < 60 THEN  -- another key for the same row
            UPDATE account SET id = nextval('account_ids'), version = nextval('versions') WHERE id = small;
        ELSIF dice < 65 THEN  -- changed several times in one transaction, part of it rolled back
            UPDATE account SET version = nextval('versions'), note = 'twice' WHERE id = small;
            BEGIN
                UPDATE account SET note = 'never' WHERE id = small;
                PERFORM 1 / (dice - dice);
            EXCEPTION WHEN division_by_zero THEN
                UPDATE account SET version = nextval('versions'), note = NULL WHERE id = small;
            END;
        END IF;
        IF dice % 3 = 0 THEN
            UPDATE pair SET version = nextval('versions'), payload = jsonb_build_object('session', session, 'text', 'Ä"\')
             WHERE a = small % 10 AND b = 'b' || (1 + small % 100);
        END IF;
        IF dice % 4 = 0 THEN
            UPDATE document SET version = nextval('versions'),
                   body = CASE WHEN dice % 8 = 0 THEN body ELSE repeat(md5(random()::text), 100) END
             WHERE id = 1 + small % 50;
        END IF;
        IF dice % 5 = 0 THEN
            UPDATE "Full Document" SET version = nextval('versions') WHERE "Id" = md5((1 + small % 20)::text)::uuid;
        END IF;
        COMMIT;
        PERFORM pg_sleep(0.003);  -- paces the load; nothing waits for it
    END LOOP;
END
$$;

-- Tables and the load of the sanitizers' run. Every table has a primary key and a version, by which
-- the events are compared with the rows.
CREATE SEQUENCE versions;
CREATE SEQUENCE account_ids START 1000;
CREATE TYPE mood AS ENUM ('sad', 'happy');
CREATE TYPE pair_of AS (a int, b text);
CREATE DOMAIN positive AS int CHECK (VALUE > 0);

CREATE TABLE account (id bigint PRIMARY KEY, version bigint NOT NULL, amount numeric(12,2), open boolean, note text);
CREATE TABLE pair (a int, b text, version bigint NOT NULL, payload jsonb, PRIMARY KEY (a, b));
-- A large column that most updates leave alone: its value is not in the WAL then.
CREATE TABLE document (id bigint PRIMARY KEY, version bigint NOT NULL, body text);
ALTER TABLE document ALTER body SET STORAGE EXTERNAL, REPLICA IDENTITY FULL;
CREATE TABLE part (id bigint, version bigint NOT NULL, region text, PRIMARY KEY (id, region)) PARTITION BY LIST (region);
CREATE TABLE part_a PARTITION OF part FOR VALUES IN ('a');
CREATE TABLE part_b PARTITION OF part DEFAULT;
-- Snapshots of it take long enough to be interrupted.
CREATE TABLE big (id bigint PRIMARY KEY, version bigint NOT NULL, filler text);
CREATE TABLE everything (
    id bigint PRIMARY KEY DEFAULT nextval('account_ids'), version bigint NOT NULL DEFAULT nextval('versions'),
    small smallint DEFAULT -1, whole int DEFAULT 2147483647, large bigint DEFAULT -9223372036854775808,
    exact numeric DEFAULT 123456789012345678901234567890.0123456789, wide numeric(30,10) DEFAULT 1.5,
    single real DEFAULT 1e-30, double double precision DEFAULT 1e300, cash money DEFAULT 12.5,
    flag boolean DEFAULT true, letter char(3) DEFAULT 'ä', word varchar(20) DEFAULT E'tab\t"quote"',
    words text DEFAULT repeat('snow ☃ ', 300), bytes bytea DEFAULT '\x00ff10',
    moment timestamp DEFAULT '2024-02-29 12:34:56.789012', instant timestamptz DEFAULT '0044-03-15 BC',
    day date DEFAULT 'infinity', clock time DEFAULT '24:00', zoned timetz DEFAULT '01:02:03.5+05:30',
    span interval DEFAULT '1 year -2 mons 3 days 04:05:06.789', mood mood DEFAULT 'happy', count positive DEFAULT 1,
    key uuid DEFAULT '00000000-0000-0000-0000-000000000001', net inet DEFAULT '::1/64', block cidr DEFAULT '10.0.0.0/8',
    mac macaddr DEFAULT '08:00:2b:01:02:03', bits bit(5) DEFAULT B'10101', more bit varying(70) DEFAULT B'111',
    place point DEFAULT '(1,2)', shape polygon DEFAULT '((0,0),(1,1),(1,0))', range int4range DEFAULT '[1,5)',
    ranges tstzmultirange DEFAULT '{}', document jsonb DEFAULT '{"a": [1, {"b": null}]}', text json DEFAULT '[1, 2]',
    markup xml DEFAULT '<a/>', search tsvector DEFAULT 'a:1 b:2', composite pair_of DEFAULT ROW(1, 'x'),
    numbers int[] DEFAULT '{1,NULL,3}', matrix numeric[] DEFAULT '{{1.1,2},{3,4}}', texts text[] DEFAULT '{"a,b",NULL}',
    days date[] DEFAULT '{2024-01-01}', moods mood[] DEFAULT '{sad}', documents jsonb[] DEFAULT ARRAY['{}'::jsonb],
    doubled int GENERATED ALWAYS AS (2) STORED, plain int);

INSERT INTO account SELECT g, nextval('versions'), g * 1.25, true, 'row ' || g FROM generate_series(1, 200) g;
INSERT INTO pair SELECT g % 10, 'b' || g, nextval('versions'), '{"n": 1}' FROM generate_series(1, 100) g;
INSERT INTO document SELECT g, nextval('versions'), repeat(md5(g::text), 100) FROM generate_series(1, 50) g;
INSERT INTO part SELECT g, nextval('versions'), chr(97 + g % 3) FROM generate_series(1, 100) g;
INSERT INTO big SELECT g, nextval('versions'), repeat('x', 200) FROM generate_series(1, 50000) g;
INSERT INTO everything DEFAULT VALUES;
INSERT INTO everything (id, version) VALUES (1, nextval('versions'));

-- Changes until a row of "stop" appears. A transaction locks at most one row of each table, the
-- tables in one order, so sessions wait for each other but never in a circle.
CREATE UNLOGGED TABLE stop (session int);
CREATE PROCEDURE load(session int) LANGUAGE plpgsql AS $$
DECLARE
    dice int;
    small bigint;
BEGIN
    WHILE NOT EXISTS (SELECT FROM stop) LOOP
        dice := random() * 100;
        small := 1 + random() * 199;
        IF dice < 25 THEN
            UPDATE account SET version = nextval('versions'), amount = amount + 0.01 WHERE id = small;
        ELSIF dice < 40 THEN
            INSERT INTO account VALUES (small, nextval('versions'), dice, false, 'again') ON CONFLICT DO NOTHING;
        ELSIF dice < 50 THEN
            DELETE FROM account WHERE id = small;
        ELSIF dice < 60 THEN  -- another key for the same row
            UPDATE account SET id = nextval('account_ids'), version = nextval('versions') WHERE id = small;
        ELSIF dice < 70 THEN  -- changed twice in one transaction, part of it rolled back
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
        IF dice % 5 = 0 THEN  -- may move the row to another partition
            BEGIN
                UPDATE part SET version = nextval('versions'), region = chr(97 + dice % 3) WHERE id = 1 + small % 100;
            EXCEPTION WHEN serialization_failure THEN NULL;  -- another session moved it meanwhile
            END;
        END IF;
        IF dice % 20 = 0 THEN
            PERFORM pg_logical_emit_message(dice > 50, 'load', repeat('m', dice));
        END IF;
        COMMIT;
        PERFORM pg_sleep(0.003);  -- paces the load; nothing waits for it
    END LOOP;
END $$;

-- Tables and load of the fault rounds. "step" counts a row's changes from its insert on, under the
-- row's lock, so that a reader of the events sees each one that is missing or out of order.
CREATE SCHEMA load;
CREATE TABLE load.account (id bigint PRIMARY KEY, step bigint NOT NULL, amount numeric(36,6), open boolean, note text, at timestamptz);
CREATE TABLE load.pair (a int, b text, step bigint NOT NULL, payload jsonb, day date, PRIMARY KEY (a, b));
-- A large column that most updates leave alone: its value is not in the WAL then.
CREATE TABLE load.document (id bigint PRIMARY KEY, step bigint NOT NULL, body text);
ALTER TABLE load.document ALTER body SET STORAGE EXTERNAL;
-- The same with the old row in the WAL.
CREATE TABLE load.full_document (id uuid PRIMARY KEY, step bigint NOT NULL, weight double precision, body text);
ALTER TABLE load.full_document ALTER body SET STORAGE EXTERNAL;
ALTER TABLE load.full_document REPLICA IDENTITY FULL;
-- Makes the snapshot long enough to be hit.
CREATE TABLE load.ballast (id bigint PRIMARY KEY, step bigint NOT NULL, filler text);

INSERT INTO load.account SELECT g, 1, g * 1.25, true, 'row ' || g, '2026-01-01 00:00+00' FROM generate_series(1, 200) g;
INSERT INTO load.pair SELECT g % 10, 'b_' || g, 1, '{"n": 1}', '2026-01-01' FROM generate_series(1, 100) g;
INSERT INTO load.document SELECT g, 1, repeat(md5(g::text), 100) FROM generate_series(1, 50) g;
INSERT INTO load.full_document SELECT md5(g::text)::uuid, 1, g / 3.0, repeat(md5(g::text), 100) FROM generate_series(1, 50) g;
INSERT INTO load.ballast SELECT g, 1, md5(g::text) || md5((-g)::text) FROM generate_series(1, :ballast) g;

-- Not captured: changes committed by each session, and whether they are to stop. A crash empties
-- the second, which means go on.
CREATE TABLE progress (session int PRIMARY KEY, changes bigint NOT NULL);
CREATE UNLOGGED TABLE stop (session int);

-- One transaction of a few changes. Rows 1 to 200 belong to all sessions: one row of each table at
-- most, the tables in one order, so that sessions wait for each other but never in a circle. The
-- rows from session * 1000000 on are the session's own.
CREATE FUNCTION few_changes(session int) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
    dice int := random() * 100;
    pick int := 1 + random() * 199;
    base bigint := session * 1000000;
    mine bigint := base + pick;
    other bigint := base + 1 + (random() * 199)::int;
    rows int;
    total int := 0;
BEGIN
    UPDATE load.account SET step = step + 1, amount = amount + 0.000001, at = clock_timestamp() WHERE id = 1 + pick % 20;
    GET DIAGNOSTICS rows = ROW_COUNT; total := total + rows;
    IF dice < 15 THEN
        INSERT INTO load.account VALUES (mine, 1, dice, false, 'new', now()) ON CONFLICT DO NOTHING;
        GET DIAGNOSTICS rows = ROW_COUNT; total := total + rows;
    ELSIF dice < 22 THEN
        DELETE FROM load.account WHERE id = mine;
        GET DIAGNOSTICS rows = ROW_COUNT; total := total + rows;
    ELSIF dice < 32 THEN  -- deleted and there again
        DELETE FROM load.account WHERE id = mine;
        GET DIAGNOSTICS rows = ROW_COUNT; total := total + rows;
        INSERT INTO load.account VALUES (mine, 1, 12345678901234567890.123456, NULL, E'again "\\ \n', now());
        GET DIAGNOSTICS rows = ROW_COUNT; total := total + rows;
    ELSIF dice < 42 THEN  -- another key for the same row
        IF NOT EXISTS (SELECT FROM load.account WHERE id = mine + 500) THEN
            UPDATE load.account SET id = mine + 500, step = step + 1 WHERE id = mine;
        ELSE
            DELETE FROM load.account WHERE id = mine;
            GET DIAGNOSTICS rows = ROW_COUNT; total := total + rows;
            UPDATE load.account SET id = mine, step = step + 1 WHERE id = mine + 500;
        END IF;
        GET DIAGNOSTICS rows = ROW_COUNT; total := total + rows;
    ELSIF dice < 50 THEN  -- two rows swap their keys
        IF mine <> other THEN
            UPDATE load.account SET id = -session, step = step + 1 WHERE id = mine;
            GET DIAGNOSTICS rows = ROW_COUNT; total := total + rows;
            UPDATE load.account SET id = mine, step = step + 1 WHERE id = other;
            GET DIAGNOSTICS rows = ROW_COUNT; total := total + rows;
            UPDATE load.account SET id = other, step = step + 1 WHERE id = -session;
            GET DIAGNOSTICS rows = ROW_COUNT; total := total + rows;
        END IF;
    ELSIF dice < 60 THEN  -- new and changed twice
        DELETE FROM load.account WHERE id = mine;
        GET DIAGNOSTICS rows = ROW_COUNT; total := total + rows;
        INSERT INTO load.account VALUES (mine, 1, 1, true, 'first', now());
        UPDATE load.account SET step = step + 1, note = 'second' WHERE id = mine;
        UPDATE load.account SET step = step + 1, note = 'third' WHERE id = mine;
        total := total + 3;
    ELSIF dice < 70 THEN  -- several rows at once
        UPDATE load.account SET step = step + 1, open = NOT open WHERE id BETWEEN mine AND mine + 12;
        GET DIAGNOSTICS rows = ROW_COUNT; total := total + rows;
    ELSIF dice < 75 THEN  -- part of it rolled back
        BEGIN
            UPDATE load.account SET step = step + 1, note = 'never' WHERE id = mine;
            PERFORM 1 / (dice - dice);
        EXCEPTION WHEN division_by_zero THEN
            UPDATE load.account SET step = step + 1, note = NULL WHERE id = mine;
            GET DIAGNOSTICS rows = ROW_COUNT; total := total + rows;
        END;
    END IF;
    pick := 1 + pick % 100;
    IF dice % 9 = 0 THEN
        DELETE FROM load.pair WHERE a = pick % 10 AND b = 'b_' || pick;
    ELSIF dice % 9 = 1 THEN
        INSERT INTO load.pair VALUES (pick % 10, 'b_' || pick, 1, '{"n": 1, "amount": 2.50, "list": [1, 2, null]}', '2026-02-28') ON CONFLICT DO NOTHING;
    ELSE
        UPDATE load.pair SET step = step + 1, day = day + 1,
               payload = jsonb_build_object('session', session, 'text', 'Ä"\', 'dice', dice)
         WHERE a = pick % 10 AND b = 'b_' || pick;
    END IF;
    GET DIAGNOSTICS rows = ROW_COUNT; total := total + rows;
    pick := 1 + pick % 50;
    IF dice % 4 = 0 THEN
        UPDATE load.document SET step = step + 1,
               body = CASE WHEN dice % 12 = 0 THEN repeat(md5(random()::text), 100) ELSE body END
         WHERE id = pick;
        GET DIAGNOSTICS rows = ROW_COUNT; total := total + rows;
    END IF;
    IF dice % 5 = 0 THEN
        UPDATE load.full_document SET step = step + 1, weight = CASE WHEN weight < 1e-300 THEN 1e10 ELSE weight / 3 END
         WHERE id = md5((1 + pick % 25)::text)::uuid;
        GET DIAGNOSTICS rows = ROW_COUNT; total := total + rows;
    ELSIF dice % 5 = 1 THEN  -- new, or deleted
        INSERT INTO load.full_document VALUES (md5('s' || mine)::uuid, 1, dice, repeat(md5(mine::text), 100)) ON CONFLICT DO NOTHING;
        GET DIAGNOSTICS rows = ROW_COUNT; total := total + rows;
        IF rows = 0 THEN
            DELETE FROM load.full_document WHERE id = md5('s' || mine)::uuid;
            total := total + 1;
        END IF;
    END IF;
    RETURN total;
END
$$;

-- One transaction of many rows, in a range of its own: most of its rows are gone at its end.
CREATE FUNCTION many_changes(session int) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
    size int := CASE WHEN random() < 0.1 THEN 3000 ELSE 150 END;
    base bigint := session * 1000000;
    rows int;
    total int := size;
BEGIN
    DELETE FROM load.account WHERE id BETWEEN base AND base + 4000;
    GET DIAGNOSTICS rows = ROW_COUNT; total := total + rows;
    INSERT INTO load.account SELECT base + g, 1, g, true, 'many', now() FROM generate_series(1, size) g;
    UPDATE load.account SET step = step + 1, note = 'many more' WHERE id BETWEEN base AND base + 4000 AND id % 3 = 0;
    GET DIAGNOSTICS rows = ROW_COUNT; total := total + rows;
    DELETE FROM load.account WHERE id BETWEEN base AND base + 4000 AND id % 10 <> 0;
    GET DIAGNOSTICS rows = ROW_COUNT; total := total + rows;
    UPDATE load.ballast SET step = step + 1 WHERE id BETWEEN size AND size + 20;
    GET DIAGNOSTICS rows = ROW_COUNT; total := total + rows;
    RETURN total;
END
$$;

-- Transactions at a rate (changes per second) until a row of "stop" appears.
CREATE PROCEDURE write(session int, many boolean, rate float) LANGUAGE plpgsql AS $$
DECLARE
    due timestamptz := clock_timestamp();
    rows int;
    early float;
BEGIN
    INSERT INTO progress VALUES (session, 0) ON CONFLICT DO NOTHING;
    COMMIT;
    WHILE NOT EXISTS (SELECT FROM stop) LOOP
        IF many THEN
            rows := many_changes(session);
        ELSE
            rows := few_changes(session);
        END IF;
        UPDATE progress SET changes = changes + rows WHERE progress.session = write.session;
        COMMIT;
        due := greatest(due, clock_timestamp() - interval '1 s') + rows / rate * interval '1 s';
        early := extract(epoch FROM due - clock_timestamp());
        IF early > 0.002 THEN  -- paces the load; nothing waits for it
            PERFORM pg_sleep(least(early, 0.5));
        END IF;
    END LOOP;
END
$$;

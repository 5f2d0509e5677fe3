-- pgvector's types: values, arrays, null, the NOT NULL fallback, and large ones that an update left alone.
INSERT INTO v VALUES (1, '[1,2.5,-3]', '[1,2.5,-3.25]', '{1:1.5,3:2}/5', '[0,1e10]', '[0,0.1]', ARRAY['[1,2]'::vector, '[3]'], ARRAY['[1,2]'::halfvec], ARRAY['{1:2}/3'::sparsevec], (SELECT array_agg(i / 7.0) FROM generate_series(1, 700) i)::vector, (SELECT ('{' || string_agg(i || ':' || i, ',') || '}/2000') FROM generate_series(1, 700) i)::sparsevec);
INSERT INTO v (id, an, bn, aa) VALUES (2, '[0.1,0.3]', '[65504,6e-8]', ARRAY[NULL::vector]);
UPDATE v SET c = '{}/5' WHERE id = 1;
DELETE FROM v WHERE id = 1;

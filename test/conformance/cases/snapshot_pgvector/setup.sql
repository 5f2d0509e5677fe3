CREATE EXTENSION vector;
CREATE TABLE v (id int PRIMARY KEY, a vector(3), b halfvec(3), c sparsevec(5), an vector(2) NOT NULL, bn halfvec(2) NOT NULL, aa vector[], ab halfvec[], ac sparsevec[], big vector, bigc sparsevec);
ALTER TABLE v ALTER big SET STORAGE EXTERNAL, ALTER bigc SET STORAGE EXTERNAL;
INSERT INTO v VALUES (1, '[1,2.5,-3]', '[1,2.5,-3.25]', '{1:1.5,3:2}/5', '[0,1e10]', '[0,0.1]', ARRAY['[1,2]'::vector, '[3]'], ARRAY['[1,2]'::halfvec], ARRAY['{1:2}/3'::sparsevec], (SELECT array_agg(i / 7.0) FROM generate_series(1, 700) i)::vector, (SELECT ('{' || string_agg(i || ':' || i, ',') || '}/2000') FROM generate_series(1, 700) i)::sparsevec);
INSERT INTO v (id, an, bn, aa) VALUES (2, '[0.1,0.3]', '[65504,6e-8]', ARRAY[NULL::vector]);

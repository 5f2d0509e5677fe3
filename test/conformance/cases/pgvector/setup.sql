CREATE EXTENSION vector;
CREATE TABLE v (id int PRIMARY KEY, a vector(3), b halfvec(3), c sparsevec(5), an vector(2) NOT NULL, bn halfvec(2) NOT NULL, aa vector[], ab halfvec[], ac sparsevec[], big vector, bigc sparsevec);
ALTER TABLE v ALTER big SET STORAGE EXTERNAL, ALTER bigc SET STORAGE EXTERNAL;

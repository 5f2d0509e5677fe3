CREATE TABLE b (id bytea PRIMARY KEY, v bytea, n bytea NOT NULL, a bytea[]);

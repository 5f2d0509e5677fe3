-- A bank's holdings: every change of a field is of interest, so the old row is kept in the WAL.
CREATE SCHEMA bank;
CREATE TABLE bank.holding (
    holding_id int PRIMARY KEY,
    user_id int,
    holding_stock varchar(8),
    holding_quantity int,
    datetime_created timestamp,
    datetime_updated timestamp
);
SELECT penstock.set_replica_identity('bank.holding', 'full');
INSERT INTO bank.holding VALUES (1000, 1, 'VFIAX', 10, now(), now());

-- A bank's holdings, without a key: every change of a field is of interest, so old rows are kept in the WAL.
CREATE SCHEMA bank;
CREATE TABLE bank.holding (
    holding_id int,
    user_id int,
    holding_stock varchar(8),
    holding_quantity int,
    datetime_created timestamp,
    datatime_updated timestamp
);
SELECT penstock.set_replica_identity('bank.holding', 'full');
INSERT INTO bank.holding VALUES (1000, 1, 'VFIAX', 10, now(), now());

INSERT INTO bank.holding VALUES (1001, 2, 'SP500', 1, now(), now()), (1002, 3, 'SP500', 1, now(), now());
UPDATE bank.holding SET holding_quantity = 100, datatime_updated = now() WHERE holding_id = 1000;
DELETE FROM bank.holding WHERE user_id = 3;
INSERT INTO bank.holding VALUES (1003, 3, 'VTSAX', 100, now(), now());
UPDATE bank.holding SET holding_stock = 'VTIAX', datatime_updated = now() WHERE holding_id = 1003;

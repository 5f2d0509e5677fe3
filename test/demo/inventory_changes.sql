BEGIN;
INSERT INTO inventory.orders (order_date, purchaser, quantity, product_id) VALUES ('2024-02-29', 1003, 3, 101);
UPDATE inventory.products_on_hand SET quantity = quantity - 3 WHERE product_id = 101;
COMMIT;
UPDATE inventory.customers SET first_name = 'Sarah' WHERE id = 1003;
DELETE FROM inventory.orders WHERE id = 10001;

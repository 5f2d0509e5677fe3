-- The file goes into a table as it is.
CREATE TABLE holding_pivot (holding_id int, user_id int, change_field text, old_value text, new_value text,
    datetime_created timestamp, datetime_updated timestamp, datetime_deleted timestamp,
    datetime_inserted timestamp, crud_type text);
SELECT current_setting('data_directory') || '/holding_pivot.csv' AS file \gset
COPY holding_pivot FROM :'file' WITH (FORMAT csv, HEADER match);
SELECT holding_id, user_id, change_field, old_value, new_value, crud_type FROM holding_pivot;
-- How many times did user 3 change stock types?
SELECT count(*) FROM holding_pivot
 WHERE change_field = 'holding_stock' AND old_value <> new_value AND old_value IS NOT NULL AND user_id = 3;
-- How many times did user 1 change stock quantity?
SELECT count(*) FROM holding_pivot
 WHERE change_field = 'holding_quantity' AND old_value <> new_value AND old_value IS NOT NULL AND user_id = 1;
-- In the last hour, what was the most commonly sold stock among all users?
SELECT old_value FROM holding_pivot
 WHERE change_field = 'holding_stock' AND datetime_updated BETWEEN now() - interval '1 hour' AND now()
   AND old_value <> new_value AND old_value IS NOT NULL
 GROUP BY old_value ORDER BY count(*) DESC LIMIT 1;

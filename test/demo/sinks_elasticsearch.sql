-- Rows as documents: the index is made with a mapping of the table, _id is the primary key.
SELECT penstock.create_sink('users_index', 'elasticsearch', ARRAY['public.users'], jsonb_build_object(
    'connection.url', :'search', 'index.map', '{"public.users": "users"}'));
-- One index for each table of a schema; its name is schema.table unless index.map says otherwise.
SELECT penstock.create_sink('inventory_index', 'elasticsearch', ARRAY['inventory.*'], jsonb_build_object(
    'connection.url', :'search'));

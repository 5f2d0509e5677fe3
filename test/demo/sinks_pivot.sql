-- One line of delimited text for each changed field of the bank's holdings, in the server's data directory.
SELECT penstock.create_sink('holding_pivot', 'file', ARRAY['bank.holding'], jsonb_build_object(
    'file', current_setting('data_directory') || '/holding_pivot.csv', 'file.format', 'csv',
    'topic.prefix', 'bankserver1', 'format', 'pivot',
    'pivot.key.columns', 'holding_id', 'pivot.extra.columns', 'user_id',
    'pivot.column.map', 'datetime_updated:datatime_updated'));

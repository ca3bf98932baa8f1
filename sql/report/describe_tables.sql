-- Every table and view with its columns and types.
select table_name as "table", column_name as "column", data_type as "type"
from information_schema.columns
where table_schema = 'main' and table_catalog = current_database()
order by table_name, ordinal_position

-- The version of the schema that this file was made with.
select value from meta where key = 'schema_version'

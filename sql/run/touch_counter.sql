-- Count one more change of a table.
merge into counter using (select $name as name) as touched on counter.name = touched.name
when matched then update set changes = changes + 1
when not matched then insert values (touched.name, 1)

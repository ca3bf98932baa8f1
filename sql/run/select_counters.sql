-- How often each table has changed.
select name, changes from counter order by name

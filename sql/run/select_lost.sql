-- Tables that have changed since the file `kept` was made.
select name from counter
left join kept.counter as known using (name)
where counter.changes > coalesce(known.changes, 0)
order by name

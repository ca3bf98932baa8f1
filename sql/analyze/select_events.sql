-- Every event by day.
select ts::date as day, name, category, scope from event order by ts, name

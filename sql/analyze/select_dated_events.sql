-- Every event known by $as_of: its moment, its day where days are cut (a date is stored as 00:00 UTC,
-- and stays that date), what it concerns. The same name with the same scope on one day is there once.
select min(ts) as ts, day, name, min(category) as category, scope
from event, lateral (select if(ts = date_trunc('day', ts), ts::date, local_day(ts)) as day)
where ts <= $as_of
group by day, name, scope
order by ts, name, scope

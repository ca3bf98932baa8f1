-- Every event known by $as_of with its moment, the same name on one day once.
select min(ts) as ts, name, any_value(category) as category
from event
where ts <= $as_of
group by ts::date, name
order by ts, name

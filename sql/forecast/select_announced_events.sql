-- The events whose name or category matches a glob, capitals aside: their first and last day, and
-- whom they concern. Their dates are taken for announced, so those to come are among them.
select name, category, scope, day as first, greatest(day, coalesce(over, day)) as last
from event, lateral (
    select if(ts = date_trunc('day', ts), ts::date, local_day(ts)) as day,
        -- An event that ends at midnight does not reach into the next day.
        (ends - interval 1 microsecond)::date as over
)
where lower(name) glob lower($pattern) or lower(coalesce(category, '')) glob lower($pattern)
order by first, name, scope

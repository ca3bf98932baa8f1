-- Daily community time series. `zone` is the time zone on whose clock a day ends; `available_at` is UTC.
create or replace view daily as
select
    community, ts::date as day, measure, value, low, high, raw, posts, authors, available_at,
    mean, mean_low, mean_high, why, emq,
    coalesce((select value from meta where key = 'zone.day'), 'UTC') as zone
from prevalence
where freq = 'day'

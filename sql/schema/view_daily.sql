-- Daily community time series.
create or replace view daily as
select
    community, ts::date as day, measure, value, low, high, raw, posts, authors, available_at,
    mean, mean_low, mean_high, why, emq
from prevalence
where freq = 'day'

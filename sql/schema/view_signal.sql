-- Every dated number under the name that users type. A variant ('mean', 'raw', 'emq') is asked for with
-- '@'. `scheme` is the part of a measure before its dot: plain names (emotions, markers, valence,
-- posts) have none. `linear` is what tests read: a corrected share is a straight line of the plain
-- count, clipped to [0, 1], and clipping is what a correlation must not see. Returns are
-- logarithmic, close to close; volatility is Parkinson's (1980) range estimate.
create or replace view signal as
with priced as (
    select *, ln(close / lag(close) over (partition by asset order by ts)) as log_return
    from price
    where bar = '1d'
),
measured as (
    select daily.*, community || ':' || daily.measure as name,
        if(contains(daily.measure, '.'), split_part(daily.measure, '.', 1), null) as scheme,
        daily.measure not in ('posts', 'valence') and not exists (
            select 1 from current_label
            where current_label.measure = daily.measure and current_label.kind = 'scale'
        ) as share
    from daily
)
select name as signal, null::varchar as variant, day as ts, value,
    if(value is null, null, if(share, raw, value)) as linear,
    posts::double as posts, share, available_at, scheme
from measured
union all
select name || '@mean', 'mean', day, mean, mean, posts::double, true, available_at, scheme
from measured where share
union all
select name || '@raw', 'raw', day, raw, raw, posts::double, true, available_at, scheme
from measured where share
union all
select name || '@emq', 'emq', day, emq, emq, posts::double, true, available_at, scheme
from measured where share
union all
select 'asset/' || asset || ':return', null, ts::date, log_return, log_return, null, false,
    available_at, null
from priced
union all
select 'asset/' || asset || ':volatility', null, ts::date,
    case when low > 0 and high >= low then ln(high / low) / sqrt(4 * ln(2)) end as volatility,
    volatility, null, false, available_at, null
from priced
union all
select 'asset/' || asset || ':close', null, ts::date, close, close, null, false, available_at, null
from priced
union all
select 'asset/' || asset || ':volume', null, ts::date, volume, volume, null, false, available_at,
    null
from priced
union all
select 'series/' || name || ':' || measure, null, ts::date, value, value, null, false,
    available_at, null
from series

-- Every dated number under the name that users type. A variant ('mean', 'raw') is asked for with
-- '@'. Returns are logarithmic, close to close; volatility is Parkinson's (1980) range estimate.
create or replace view signal as
with priced as (
    select *, ln(close / lag(close) over (partition by asset order by ts)) as log_return
    from price
    where bar = '1d'
)
select community || ':' || measure as signal, null::varchar as variant, day as ts, value,
    posts::double as posts, measure not in ('posts', 'valence') as share, available_at
from daily
union all
select community || ':' || measure || '@mean', 'mean', day, mean, posts::double, true, available_at
from daily where measure not in ('posts', 'valence')
union all
select community || ':' || measure || '@raw', 'raw', day, raw, posts::double, true, available_at
from daily where measure not in ('posts', 'valence')
union all
select 'asset/' || asset || ':return', null, ts::date, log_return, null, false, available_at
from priced
union all
select 'asset/' || asset || ':volatility', null, ts::date,
    case when low > 0 and high >= low then ln(high / low) / sqrt(4 * ln(2)) end, null, false,
    available_at
from priced
union all
select 'asset/' || asset || ':close', null, ts::date, close, null, false, available_at
from priced
union all
select 'asset/' || asset || ':volume', null, ts::date, volume, null, false, available_at
from priced
union all
select 'series/' || name || ':' || measure, null, ts::date, value, null, false, available_at
from series

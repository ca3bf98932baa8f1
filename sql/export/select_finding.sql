-- Claims. One that states values of days or weeks of a signal that has a value on a day of fewer than
-- k authors (counts of posts; others only by a lower `aggregate.min_authors`) keeps its place alone.
-- Statistics of whole series are no such values.
with thin as (
    select distinct community || ':' || measure as signal
    from daily
    where authors < $k and value is not null
),
told as (
    select *, analysis not in ('xcorr', 'granger', 'panel', 'backtest') and exists (
        select 1 from thin
        where signal in (split_part(x, '@', 1), split_part(coalesce(y, ''), '@', 1))
    ) as suppressed
    from finding
    where as_of >= $since and as_of < $until
)
select finding_id, analysis, x, y,
    if(suppressed, null, verdict) as verdict,
    if(suppressed, null, p_value) as p_value,
    if(suppressed, null, q_value) as q_value,
    as_of,
    if(suppressed, null, result::varchar) as result,
    if(suppressed, 'may rest on days of fewer than ' || $k || ' authors', null) as why,
    run_id, suppressed
from told
order by analysis, x, y, finding_id, run_id

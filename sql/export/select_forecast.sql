-- Days ahead, every model; of a signal that has a value on a day of fewer than k authors only places.
with thin as (
    select distinct community || ':' || measure as signal
    from daily
    where authors < $k and value is not null
),
told as (
    select *, split_part(signal, '@', 1) in (from thin) as suppressed
    from forecast
    where ts >= $since and ts < $until
)
select signal, model, chosen, origin, ts, horizon, high,
    if(suppressed, null, mean) as mean,
    if(suppressed, null, q05) as q05,
    if(suppressed, null, q10) as q10,
    if(suppressed, null, q25) as q25,
    if(suppressed, null, q50) as q50,
    if(suppressed, null, q75) as q75,
    if(suppressed, null, q90) as q90,
    if(suppressed, null, q95) as q95,
    if(suppressed, null, p_high) as p_high,
    if(suppressed, null, threshold) as threshold,
    if(suppressed, 'may rest on days of fewer than ' || $k || ' authors', null) as why,
    run_id, suppressed
from told
order by signal, model, origin, horizon, high, ts, run_id

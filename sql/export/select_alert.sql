-- Announced high-prevalence periods; of a signal that has a value on a day of fewer than k authors
-- only places.
with thin as (
    select distinct community || ':' || measure as signal
    from daily
    where authors < $k and value is not null
),
told as (
    select *, split_part(signal, '@', 1) in (from thin) as suppressed
    from alert
    where starts >= $since and starts < $until
)
select signal, model, origin, horizon, high,
    if(suppressed, null, starts) as starts,
    if(suppressed, null, ends) as ends,
    if(suppressed, null, probability) as probability,
    if(suppressed, null, threshold) as threshold,
    if(suppressed, null, outcome) as outcome,
    if(suppressed, 'may rest on days of fewer than ' || $k || ' authors', null) as why,
    run_id, suppressed
from told
order by signal, told.starts, model, origin, run_id

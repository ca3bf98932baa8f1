-- The high-prevalence periods that the newest forecast of each signal announces, if it does.
with asked as (
    select x as signal, result ->> 'high' as high, (result ->> 'horizon')::integer as horizon,
        (result ->> 'origin')::timestamp as origin
    from finding
    where analysis = 'forecast' and starts_with(x, $community || ':')
    qualify row_number() over (partition by x order by run_id desc, finding_id) = 1
)
select signal, model, origin::date as origin, starts::date as starts, ends::date as ends,
    probability, threshold, run_id
from alert semi join asked using (signal, high, horizon, origin)
order by signal, starts

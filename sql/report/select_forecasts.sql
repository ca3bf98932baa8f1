-- The newest forecast of each of the community's signals, every model: what its newest claim asked.
with asked as (
    select x as signal, result ->> 'high' as high, (result ->> 'horizon')::integer as horizon,
        (result ->> 'origin')::timestamp as origin
    from finding
    where analysis = 'forecast' and starts_with(x, $community || ':')
    qualify row_number() over (partition by x order by run_id desc, finding_id) = 1
)
select signal, model, chosen, origin::date as origin, ts::date as day,
    mean, q05, q10, q25, q50, q75, q90, q95, p_high, threshold, run_id
from forecast semi join asked using (signal, high, horizon, origin)
order by signal, model, day

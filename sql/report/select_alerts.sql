-- The high-prevalence periods that the newest forecast of each signal announces.
select signal, model, origin::date as origin, starts::date as starts, ends::date as ends,
    probability, threshold, run_id
from alert
where starts_with(signal, $community || ':')
qualify origin = max(origin) over (partition by signal)
order by signal, starts

-- The high-prevalence periods that the newest forecast of each signal announces, if it does.
select signal, model, origin::date as origin, starts::date as starts, ends::date as ends,
    probability, threshold, run_id
from alert
where starts_with(signal, $community || ':')
    and origin = (select max(origin) from forecast where forecast.signal = alert.signal)
order by signal, starts

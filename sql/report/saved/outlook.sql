-- What comes next: the newest forecast of each signal, by the model that was chosen.
-- $signal = *: a signal, globs allowed
select signal, ts::date as day, mean, q10, q50, q90, p_high, threshold, model,
    origin::date as origin
from forecast
where chosen and signal glob $signal
qualify rank() over (partition by signal order by origin desc, run_id desc) = 1
order by signal, day

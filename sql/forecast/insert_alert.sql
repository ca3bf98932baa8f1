-- Announce the high-prevalence periods of a forecast; those that stand keep their run and outcome.
insert into alert (
    run_id, signal, model, origin, starts, ends, probability, threshold, high, horizon
)
select $run_id, $signal, model, $origin, starts, ends, probability, threshold, $high, $horizon
from fresh_alert
where not exists (
    select 1 from alert
    where signal = $signal and origin = $origin and high = $high and horizon = $horizon
        and alert.starts = fresh_alert.starts and alert.ends = fresh_alert.ends
)

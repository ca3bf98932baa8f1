-- Announce the high-prevalence periods of a forecast.
insert into alert (
    run_id, signal, model, origin, starts, ends, probability, threshold, high, horizon
)
select $run_id, signal, model, origin, starts, ends, probability, threshold, $high, $horizon
from fresh_alert

-- Announce the high-prevalence periods of a forecast.
insert into alert (run_id, signal, model, origin, starts, ends, probability, threshold)
select $run_id, signal, model, origin, starts, ends, probability, threshold from fresh_alert

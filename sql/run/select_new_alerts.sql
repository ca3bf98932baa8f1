-- High-prevalence periods that the steps of a run announced, without those that overlap with one
-- which an earlier forecast of the signal had announced.
select signal, model, origin, starts, ends, probability, threshold, high, horizon
from alert
where starts_with(run_id, $run_id || '.')
    and not exists (
        select 1 from alert as known
        where known.signal = alert.signal and known.high = alert.high
            and known.origin < alert.origin
            and known.starts <= alert.ends and alert.starts <= known.ends
    )
order by signal, starts

-- Take back what an earlier run of the same question announced from the same origin, and this one
-- does not.
delete from alert
where signal = $signal and origin = $origin and high = $high and horizon = $horizon
    and not exists (
        select 1 from fresh_alert
        where (fresh_alert.model, fresh_alert.starts, fresh_alert.ends, fresh_alert.probability,
                fresh_alert.threshold)
            = (alert.model, alert.starts, alert.ends, alert.probability, alert.threshold)
    )

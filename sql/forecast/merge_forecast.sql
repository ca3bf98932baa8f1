-- Store the days of a forecast; days that say the same keep their run, and those of models that an
-- earlier run of the same question asked, and this one does not, are taken back.
merge into forecast using fresh on forecast.signal = fresh.signal
    and forecast.model = fresh.model and forecast.origin = fresh.origin
    and forecast.ts = fresh.ts and forecast.high = $high and forecast.horizon = $horizon
when matched and (forecast.chosen, forecast.mean, forecast.q05, forecast.q50, forecast.q95,
        forecast.p_high, forecast.threshold)
    is distinct from (fresh.chosen, fresh.mean, fresh.q05, fresh.q50, fresh.q95, fresh.p_high,
        fresh.threshold)
then update set run_id = $run_id, chosen = fresh.chosen, mean = fresh.mean, q05 = fresh.q05,
    q10 = fresh.q10, q25 = fresh.q25, q50 = fresh.q50, q75 = fresh.q75, q90 = fresh.q90,
    q95 = fresh.q95, p_high = fresh.p_high, threshold = fresh.threshold
when not matched then insert values (
    $run_id, fresh.signal, fresh.model, fresh.chosen, fresh.origin, fresh.ts, fresh.mean,
    fresh.q05, fresh.q10, fresh.q25, fresh.q50, fresh.q75, fresh.q90, fresh.q95, fresh.p_high,
    fresh.threshold, $high, $horizon
)
when not matched by source and forecast.signal = $signal and forecast.origin = $origin
    and forecast.high = $high and forecast.horizon = $horizon
then delete

-- The newest forecast of each of the community's signals, every model.
select f.signal, f.model, f.chosen, f.origin::date as origin, f.ts::date as day,
    f.mean, f.q05, f.q10, f.q25, f.q50, f.q75, f.q90, f.q95, f.p_high, f.threshold, f.run_id
from forecast as f
where starts_with(f.signal, $community || ':')
qualify f.origin = max(f.origin) over (partition by f.signal)
order by f.signal, f.model, f.ts

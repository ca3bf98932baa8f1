-- Say what came of alerts whose days, and the one after them, are over: a hit where a run of two or
-- more high days touches them, a miss where none does, and null where fewer than two of them were
-- observed (a period under way may be of one day).
-- `seen` (signal, weekly, ts, value) is what is known by now.
with open_alert as (
    select distinct signal, starts, ends, threshold, high, ends_with(high, $weekly) as weekly,
        to_days(if(weekly, 7, 1)) as step
    from alert
    where outcome is null
),
over as (
    select open_alert.*
    from open_alert
    where exists (
        select 1 from seen
        where seen.signal = open_alert.signal and seen.weekly = open_alert.weekly
            and seen.ts >= ends + step
    )
),
day as (
    select over.*, seen.ts, seen.ts between starts and ends as inside,
        -- As in forecast/_periods.py: equal up to rounding is not above.
        seen.value - threshold > 1e-9 * abs(threshold) + 1e-12 as is_high
    from over
    join seen on seen.signal = over.signal and seen.weekly = over.weekly
        and seen.ts between starts - step and ends + step
    where seen.value is not null
),
neighbour as (
    select *,
        coalesce(lag(is_high) over beside and lag(ts) over beside + step = ts, false) as after_high,
        coalesce(lead(is_high) over beside and ts + step = lead(ts) over beside, false) as before_high
    from day
    window beside as (partition by signal, starts, ends, threshold, high order by ts)
),
judged as (
    select signal, starts, ends, threshold, high,
        case when bool_or(inside and is_high and (after_high or before_high)) then 'hit'
            when count(*) filter (inside) >= if(ends > starts, 2, 1) then 'miss' end as outcome
    from neighbour
    group by signal, starts, ends, threshold, high
)
update alert set outcome = judged.outcome
from judged
where alert.outcome is null and judged.outcome is not null and alert.signal = judged.signal
    and alert.starts = judged.starts and alert.ends = judged.ends
    and alert.threshold = judged.threshold and alert.high = judged.high

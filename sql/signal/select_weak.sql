-- The measures whose label is marked weak by the tagger (by any, where it has no labels), and how
-- many validation posts carry it; each once with `community` null, and once for each community in
-- which it was calibrated by hand: `positives` and `negatives` counted there, and how far tpr - fpr
-- lies above 0 at least (95 %, Wald).
with weak_label as (
    select * from current_label
    where weak and measure is not null and (
        tagger = $tagger or not exists (select 1 from label where current and tagger = $tagger)
    )
)
select measure, min(tp + fn)::bigint as support, null::varchar as community,
    null::double as positives, null::double as negatives, null::double as apart
from weak_label
group by measure
union all
select measure, 0, own.community, positives, negatives,
    tpr - fpr - 1.959964 * sqrt(tpr * (1 - tpr) / positives + fpr * (1 - fpr) / negatives)
from weak_label
join calibration as own using (tagger, scheme, revision, label), lateral (
    select own.tp + own.fn as positives, own.fp + own.tn as negatives
), lateral (
    select own.tp / positives as tpr, own.fp / negatives as fpr
)
order by measure, community nulls first

-- The measures whose label is marked weak by the tagger (by any, where it has no labels), and how
-- many validation posts carry it.
select measure, min(tp + fn)::bigint as support
from current_label
where weak and measure is not null and (
    tagger = $tagger or not exists (select 1 from label where current and tagger = $tagger)
)
group by measure
order by measure

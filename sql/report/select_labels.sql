-- The labels of the tagger (of all in use, where it has none), with the measure that each gives and what validation says about its errors.
select tagger, revision, scheme, label, measure, kind, weak, valence, tp, fn, fp, tn
from current_label
where measure is not null and (
    tagger = $tagger or not exists (select 1 from label where current and tagger = $tagger)
)
order by tagger, scheme, position

-- Register the labels of a tagger revision, once.
insert into label (
    tagger, revision, scheme, position, label, valence, threshold, tp, fn, fp, tn, current
)
select $tagger, $revision, $scheme, position, label, valence, threshold, tp, fn, fp, tn, true
from labels
where not exists (select 1 from label where tagger = $tagger and revision = $revision)

-- Register the labels of a scheme's revision, once.
insert into label (
    tagger, revision, scheme, position, label, kind, valence, threshold, tp, fn, fp, tn, weak,
    languages, current
)
select $tagger, revision, scheme, position, label, kind, valence, threshold, tp, fn, fp, tn, weak,
    $languages::varchar[], true
from labels
anti join (select scheme, revision from label where tagger = $tagger) as known
    using (scheme, revision)

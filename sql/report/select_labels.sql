-- The labels in use, with what validation says about their errors.
select tagger, revision, scheme, label, valence, tp, fn, fp, tn
from label
where current
order by tagger, scheme, position

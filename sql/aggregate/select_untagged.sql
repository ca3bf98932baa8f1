-- Eligible posts that the current tagger has not scored.
select count(*)
from eligible
anti join (
    select distinct text_hash from score
    join label using (tagger, revision, scheme)
    where tagger = $tagger and label.current
) as done using (text_hash)

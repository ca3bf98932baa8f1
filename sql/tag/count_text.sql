-- How many distinct texts of eligible posts this tagger revision has not scored yet.
select count(distinct text_hash)
from eligible
anti join (
    select text_hash from score
    where tagger = $tagger and revision = $revision and scheme = $scheme
) as done using (text_hash)

-- The next distinct texts of eligible posts that this tagger revision has not scored yet.
select text_hash,
    any_value(case when title = '' then body when body = '' then title
        else title || chr(10) || chr(10) || body end) as text
from eligible
anti join (
    select text_hash from score
    where tagger = $tagger and revision = $revision and scheme = $scheme
) as done using (text_hash)
group by text_hash
order by text_hash
limit $count

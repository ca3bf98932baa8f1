-- Eligible posts of a community in a half-open window of time. A post whose author the source does
-- not give counts as an author of its own.
select post_id, text_hash, coalesce(author, post_id) as author
from eligible
where community = $community
    and ($since is null or created >= $since)
    and ($until is null or created < $until)
order by post_id

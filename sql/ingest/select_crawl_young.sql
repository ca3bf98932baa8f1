-- The posts of a kind and community since a moment that are not known to be deleted, newest first.
select substr(post_id, length(source) + 2) as name, thread_id, community, created
from post
where
    source = $source and lower(community) = $community and kind = $kind
    and created >= $since and status <> 'deleted'
order by created desc, name

-- The next Reddit posts, by id, that are not known to be deleted.
select post_id
from post
where source = 'reddit' and status <> 'deleted' and post_id > $after
    and regexp_matches(post_id, '^reddit:t[13]_[0-9a-z]+$')
order by post_id
limit $count

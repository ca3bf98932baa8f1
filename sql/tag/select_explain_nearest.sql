-- The ids of posts that are most like a mistyped one.
select post_id
from post
order by levenshtein(post_id, $post_id), post_id
limit 3

-- Whether there is a post $thread, and the posts whose names are nearest to it.
select post_id, post_id = $thread as same
from post
order by same desc, jaro_winkler_similarity(post_id, $thread) desc, post_id
limit 3

-- When the last post of the thread of $thread, a post of it, was written, by $until.
select max(created) as last
from post
where created <= $until and coalesce(thread_id, post_id) = (
    select coalesce(thread_id, post_id) from post where post_id = $thread
)

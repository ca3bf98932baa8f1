-- The threads of the stored posts that `incoming` answers.
select post_id, coalesce(thread_id, post_id) as thread_id
from post
where post_id in (select parent_id from incoming)

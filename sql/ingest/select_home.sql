-- In which community the posts of `incoming` are stored.
select post_id, community
from post
where post_id in (select post_id from incoming)

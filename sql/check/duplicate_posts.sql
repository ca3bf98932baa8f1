-- A post is stored once.
select post_id from post group by post_id having count(*) > 1

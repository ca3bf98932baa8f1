-- Remove the declared sentiment of posts that are gone.
delete from declared
where not exists (select 1 from post where post.post_id = declared.post_id)

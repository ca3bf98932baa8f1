-- Remove the scores of texts that no post has any more.
delete from score
where not exists (select 1 from post where post.text_hash = score.text_hash)

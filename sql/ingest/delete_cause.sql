-- Remove the causes of the posts in `gone`, and those of other posts whose evidence they are.
delete from cause
where post_id in (select post_id from gone) or evidence_post_id in (select post_id from gone)

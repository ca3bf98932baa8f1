-- Remove the causes of posts that are gone, and those whose evidence is.
delete from cause
where not exists (select 1 from post where post.post_id = cause.post_id)
    or evidence_post_id is not null
        and not exists (select 1 from post where post.post_id = cause.evidence_post_id)

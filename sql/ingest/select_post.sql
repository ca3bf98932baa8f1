-- What is stored of the posts in `incoming`: everything that a new version is compared with.
select
    post_id, source, community, kind, parent_id, thread_id, author, created, lang, score, replies,
    symbols, text_hash, norm_hash, status, run_id
from post
where post_id in (select post_id from incoming)

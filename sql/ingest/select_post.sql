-- What is stored of the posts in `incoming`: everything that a new version is compared with.
-- Ids are searched first, alone: of a large table that reads one column instead of all.
with found as materialized (
    select rowid as place from post where post_id in (select post_id from incoming)
)

select
    post_id, source, community, kind, parent_id, thread_id, author, created, lang, score, replies,
    symbols, text_hash, norm_hash, status, run_id
from post
where rowid in (select place from found)

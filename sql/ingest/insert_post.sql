-- Add the posts of `batch`, none of which is stored.
insert into post (
    post_id, source, community, kind, parent_id, thread_id, author, created, title, body, lang,
    score, replies, symbols, text_hash, norm_hash, status, ingested, run_id
)
select
    post_id, source, community, kind, parent_id, thread_id, author, created, title, body, lang,
    score, replies, symbols, text_hash, norm_hash, status, $ingested, $run_id
from batch

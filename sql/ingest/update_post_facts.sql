-- Give the posts of `batch`, all of which are stored, the values of the batch but for what they say.
-- Without lists and texts DuckDB updates in place; with them it writes the whole rows anew.
update post set
    community = batch.community,
    kind = batch.kind,
    parent_id = batch.parent_id,
    thread_id = batch.thread_id,
    author = batch.author,
    created = batch.created,
    lang = batch.lang,
    score = batch.score,
    replies = batch.replies,
    status = batch.status,
    ingested = $ingested,
    run_id = $run_id
from batch
where post.post_id = batch.post_id

-- Give the posts of `batch`, all of which are stored, the values of the batch.
update post set
    community = batch.community,
    kind = batch.kind,
    parent_id = batch.parent_id,
    thread_id = batch.thread_id,
    author = batch.author,
    created = batch.created,
    title = batch.title,
    body = batch.body,
    lang = batch.lang,
    score = batch.score,
    replies = batch.replies,
    symbols = batch.symbols,
    text_hash = batch.text_hash,
    norm_hash = batch.norm_hash,
    status = batch.status,
    ingested = $ingested,
    run_id = $run_id
from batch
where post.post_id = batch.post_id

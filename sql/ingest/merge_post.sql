-- Write the posts of `batch`: new ones are added, known ones take the values given.
merge into post using batch on post.post_id = batch.post_id
when matched then update set
    community = batch.community,
    kind = batch.kind,
    parent_id = batch.parent_id,
    thread_id = batch.thread_id,
    author = batch.author,
    created = batch.created,
    title = coalesce(batch.title, post.title),
    body = coalesce(batch.body, post.body),
    lang = batch.lang,
    score = batch.score,
    replies = batch.replies,
    symbols = batch.symbols,
    text_hash = batch.text_hash,
    norm_hash = batch.norm_hash,
    status = batch.status,
    ingested = $ingested,
    run_id = $run_id
when not matched then insert (
    post_id, source, community, kind, parent_id, thread_id, author, created, title, body, lang,
    score, replies, symbols, text_hash, norm_hash, status, ingested, run_id
)
values (
    batch.post_id, batch.source, batch.community, batch.kind, batch.parent_id, batch.thread_id,
    batch.author, batch.created, batch.title, batch.body, batch.lang, batch.score, batch.replies,
    batch.symbols, batch.text_hash, batch.norm_hash, batch.status, $ingested, $run_id
)

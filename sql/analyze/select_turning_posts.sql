-- The posts of the thread that $thread is in, oldest first, up to $until, that $tagger has read, with
-- the probabilities `p` of their emotions `labels`, and their valence. A thread is what is below its
-- first post, or has the same thread_id.
with recursive above as (
    select post_id, parent_id, thread_id from post where post_id = $thread
    union
    select post.post_id, post.parent_id, post.thread_id
    from above
    join post on post.post_id = above.parent_id
),
below as (
    select post_id from above
    union
    select post_id
    from post
    where thread_id in (select thread_id from above) or post_id in (select thread_id from above)
    union
    select post.post_id
    from below
    join post on post.parent_id = below.post_id
),
mine as (
    select created, coalesce(author, post_id) as author, post_id, text_hash
    from readable
    where tagger = $tagger and created <= $until and post_id in (select post_id from below)
),
read_score as (
    -- Not by the view `emotion`, which reads the scores of all posts for the few of a thread.
    select * from score
    where tagger = $tagger and text_hash in (select text_hash from mine) and not isnan(p[1])
),
place as (
    select scheme, revision, list(label order by position) as labels,
        list(valence order by position) as valences
    from label
    where tagger = $tagger and scheme = 'goemotions28' and current
    group by scheme, revision
),
felt as (
    select text_hash, p[position] as valence
    from read_score
    join label using (tagger, scheme, revision)
    where current and scheme = 'affect' and label = 'valence'
)
select created, author, post_id, labels, p,
    coalesce(valence, list_dot_product(p, valences) / list_sum(p)) as valence
from mine
join read_score using (text_hash)
join place using (scheme, revision)
left join felt using (text_hash)
order by created, post_id

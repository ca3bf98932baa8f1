-- All posts of a community up to $until, oldest first, deleted ones too so that threads stay whole: who
-- wrote them, what they answer, whether they quote, and whether the tagger has read them.
with scored as (
    select score.text_hash
    from score
    join (
        select distinct scheme, revision
        from current_label
        where tagger = $tagger and measure in (select measure from asked_measure)
    ) as used using (scheme, revision)
    where score.tagger = $tagger and not isnan(score.p[1])
),
seen as (
    select post_id, created
    from readable
    where tagger = $tagger and community = $community
        and text_hash in (select text_hash from scored)
)
select post.post_id, post.thread_id, post.parent_id, post.author, post.created, post.text_hash,
    post.norm_hash, seen.post_id is not null as seen,
    regexp_matches(post.body, '(?m)^\s*(>|\[quote)') as quotes
from post
left join seen using (post_id)
where post.community = $community and post.created <= $until
order by post.created, post.post_id

-- The cause spans in posts of communities that match $community, made from $since until before
-- $until: one row for each post and emotion, of the tagger's newest cause model.
-- `author` feels, `writer` wrote the span; a post without an author is its own. A span whose evidence
-- was deleted is left out. `weak` says that the emotion's label is hardly validated; the category of
-- a weak label is null and `vague`.
with newest as (
    select arg_max(cause.revision, run.started) as revision
    from cause
    join run using (run_id)
    where tagger = $tagger
),
label_in_use as (
    select scheme, label, weak from label where current and tagger = $tagger
)
select cause.post_id, post.community, cause.emotion, post.created, cause.span,
    coalesce(post.author, post.post_id) as author,
    coalesce(evidence.author, evidence.post_id) as writer,
    if(coalesce(kind_of.weak, false), null, cause.category) as category,
    coalesce(kind_of.weak, false) as vague,
    coalesce(felt.weak, false) as weak
from cause
join eligible as post using (post_id)
join eligible as evidence on evidence.post_id = cause.evidence_post_id
left join label_in_use as felt on felt.scheme = 'goemotions28' and felt.label = cause.emotion
left join label_in_use as kind_of
    on kind_of.scheme in ('cams6', 'sad9') and kind_of.label = cause.category
where cause.tagger = $tagger
    and coalesce(cause.revision = (select revision from newest), true)
    and cause.span is not null
    and post.community glob $community
    and post.created >= $since and post.created < $until
order by cause.post_id, cause.emotion

-- A cause is a verbatim piece of the post that is its evidence. Edited posts are left out: their
-- text is no longer the one that was read.
select cause.post_id, cause.emotion, cause.tagger
from cause
left join post on post.post_id = cause.evidence_post_id
where if(cause.kind = 'none', cause.span is not null,
    post.post_id is null
    or post.status = 'live' and substring(
        case when post.title = '' then post.body when post.body = '' then post.title
            else post.title || chr(10) || chr(10) || post.body end,
        cause.start + 1, cause.stop - cause.start
    ) is distinct from cause.span)

-- The posts that may hold the cause of an emotion in the posts of `batch`, one row each: the post
-- itself (distance 0), its ancestors up to three answers up, and its author's last post before it in
-- the thread (distance 4). Never a later post: an ancestor may carry the same second, another post
-- of the author may not. Reddit's dumps name a parent t1_ or t3_ and its id without.
with recursive target as (
    select post.post_id, post.parent_id, post.thread_id, post.author, post.created
    from post
    semi join batch using (post_id)
),
up (target, writer, moment, distance, post_id, parent_id) as (
    select post_id, author, created, 0, post_id, parent_id
    from target
    union all
    select step.target, step.writer, step.moment, step.distance + 1, post.post_id, post.parent_id
    from (
        select target, writer, moment, distance,
            unnest(list_distinct([parent_id, regexp_replace(parent_id, ':t[1-6]_', ':')])) as above
        from up
        where distance < 3 and parent_id is not null
    ) as step
    join post on post.post_id = step.above
    where post.created <= step.moment and post.post_id <> step.target
),
own as (
    select target.post_id as target, post.author as writer, 4 as distance, post.post_id
    from target
    join post on post.thread_id = target.thread_id and post.author = target.author
    where post.created < target.created
        and post.text_hash is not null and post.status <> 'deleted'
    qualify row_number() over (
        partition by target.post_id order by post.created desc, post.post_id desc
    ) = 1
),
candidate as (
    select target, writer, distance, post_id from up
    union all
    select target, writer, distance, post_id from own
)
select candidate.target, candidate.post_id, min(candidate.distance) as distance,
    any_value(coalesce(post.author = candidate.writer, false) or candidate.distance = 0)
        as same_author,
    any_value(post.created) as created,
    any_value(case when post.title = '' then post.body when post.body = '' then post.title
        else post.title || chr(10) || chr(10) || post.body end) as text
from candidate
join post using (post_id)
where post.text_hash is not null and post.status <> 'deleted'
group by candidate.target, candidate.post_id
order by candidate.target, if(min(candidate.distance) = 0, 1, 0), any_value(post.created),
    min(candidate.distance) desc, candidate.post_id

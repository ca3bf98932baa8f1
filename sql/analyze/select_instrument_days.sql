-- How the posts of communities were made and kept, by (community, day), known by $as_of: all posts,
-- deleted ones, those with text that are not deleted, those whose text (URLs, @users, spaces and case
-- aside) was in the community in the week before as well, and how often two posts of the day fall on
-- the same minute of the hour: 1 in 60 for people, more where posts are sent by the clock.
with seen as (
    select post_id, community, created, local_day(created) as day, status, text_hash,
        min(created) over same as earlier
    from post
    where list_contains($communities, community) and local_day(created) < local_day($as_of::timestamp)
    window same as (
        partition by community, coalesce(norm_hash::varchar, post_id) order by created
        range between interval 7 days preceding and current row
    )
),
minutes as (
    select community, day, sum(posts * (posts - 1))::double as pairs
    from (
        select community, day, count(*)::hugeint as posts
        from seen
        group by community, day, minute(created)
    )
    group by community, day
)
select community, day, count(*)::double as posts,
    count(*) filter (where status = 'deleted')::double as deleted,
    count(*) filter (where status <> 'deleted' and text_hash is not null)::double as eligible,
    count(*) filter (where earlier < created)::double as repeated,
    any_value(pairs) / nullif(count(*) * (count(*) - 1), 0)::double as rhythm
from seen
join minutes using (community, day)
group by community, day
order by community, day

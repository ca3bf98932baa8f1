-- What the report rests on: eligible posts of the community, their authors and days.
select count(*) as posts, count(distinct coalesce(author, post_id)) as authors,
    min(created)::date as first, max(created)::date as last
from eligible
where community = $community and created >= $since and created < $until

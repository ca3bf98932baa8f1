-- What each community's series covers, and how many buckets are below the support floor.
select community, min(ts)::date as "from", max(ts)::date as "to",
    count(distinct ts) as buckets,
    count(distinct ts) - count(distinct ts) filter (measure <> 'posts' and value is not null)
        as thin,
    sum(posts) filter (measure = 'posts')::bigint as posts
from prevalence
where freq = $freq
group by community
order by community

-- Posts, authors and days of each community, and how many of its posts every tagger in use has read.
-- $community = *: a community, globs allowed
select post.community, min(created)::date as first, max(created)::date as last,
    count(distinct created::date) as days, count(distinct post_id) as posts,
    count(distinct author) as authors,
    count(distinct post_id) filter (status = 'deleted') as deleted,
    count(distinct post_id) filter (status <> 'deleted' and unscored.post_id is null) as scored
from post
left join (select distinct post_id from unscored) as unscored using (post_id)
where post.community glob $community
group by post.community
order by posts desc, post.community

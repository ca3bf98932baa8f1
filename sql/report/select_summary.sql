-- What the report rests on: posts of the community that a tagger in use reads (all eligible ones
-- where none was used yet), their authors and days.
select count(*) as posts, count(distinct coalesce(author, post_id)) as authors,
    min(created)::date as first, max(created)::date as last
from eligible
where community = $community and created >= $since and created < $until
    and (
        not exists (select 1 from label where current)
        or exists (select 1 from readable where readable.post_id = eligible.post_id)
    )

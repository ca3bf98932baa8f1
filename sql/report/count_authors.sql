-- How many authors stand behind the community's posts of some days, both included, that a tagger in
-- use reads (all eligible ones where none was used yet).
select count(distinct coalesce(author, post_id))
from eligible
where community = $community and created >= $first::date and created < $last::date + 1
    and (
        not exists (select 1 from label where current)
        or exists (select 1 from readable where readable.post_id = eligible.post_id)
    )

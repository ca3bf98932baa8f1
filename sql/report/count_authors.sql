-- How many authors stand behind the community's eligible posts of some days, both included.
select count(distinct coalesce(author, post_id))
from eligible
where community = $community and created >= $first::date and created < $last::date + 1

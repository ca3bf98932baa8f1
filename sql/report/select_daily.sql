-- The community's daily series; a day with fewer than k authors keeps its place, not its numbers.
select day, measure,
    if(authors >= $k, value, null) as value,
    if(authors >= $k, low, null) as low,
    if(authors >= $k, high, null) as high,
    if(authors >= $k, posts, null) as posts,
    if(authors >= $k, authors, null) as authors,
    case when why is not null then why
        when authors < $k then 'fewer than ' || $k || ' authors' end as why
from daily
where community = $community and day >= $since and day < $until
order by measure, day

-- The community's series at $freq. A bucket with fewer than k authors keeps its place, not its
-- numbers; a week that reaches beyond the period asked for is left out.
select ts::date as day, measure,
    if(authors >= $k, value, null) as value,
    if(authors >= $k, low, null) as low,
    if(authors >= $k, high, null) as high,
    if(authors >= $k, mean, null) as mean,
    if(authors >= $k, mean_low, null) as mean_low,
    if(authors >= $k, mean_high, null) as mean_high,
    if(authors >= $k, raw, null) as raw,
    if(authors >= $k, posts, null) as posts,
    if(authors >= $k, authors, null) as authors,
    case when why is not null then why
        when authors < $k then 'fewer than ' || $k || ' authors' end as why
from prevalence
where freq = $freq and community = $community
    and ts >= $since and ts + if($freq = 'week', interval 7 day, interval 1 day) <= $until
order by measure, day

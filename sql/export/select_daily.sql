-- Daily series; a day of fewer than k authors keeps its place, not its numbers.
select community, day, measure,
    if(authors >= $k, value, null) as value,
    if(authors >= $k, low, null) as low,
    if(authors >= $k, high, null) as high,
    if(authors >= $k, raw, null) as raw,
    if(authors >= $k, mean, null) as mean,
    if(authors >= $k, mean_low, null) as mean_low,
    if(authors >= $k, mean_high, null) as mean_high,
    if(authors >= $k, emq, null) as emq,
    if(authors >= $k, posts, null) as posts,
    if(authors >= $k, authors, null) as authors,
    if(authors >= $k, why, 'fewer than ' || $k || ' authors') as why,
    zone, available_at, authors < $k as suppressed
from daily
where day >= $since and day < $until
order by community, measure, day

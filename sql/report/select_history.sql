-- A measure's days in the column that its signal names; a day with fewer than k authors has no
-- value here.
select day,
    case when authors >= $k
        then case $variant when 'mean' then mean when 'raw' then raw else value end
    end as value
from daily
where community = $community and measure = $measure
order by day

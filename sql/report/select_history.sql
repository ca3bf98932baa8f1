-- A community signal's days; a day with fewer than k authors has no value here.
select day, if(authors >= $k, value, null) as value
from daily
where community || ':' || measure = $signal
order by day

-- Dated numbers that were read from files.
select name, measure, ts, value, available_at
from series
where ts >= $since and ts < $until
order by name, measure, ts

-- What is stored of the values in `incoming`.
select name, measure, ts, value, run_id
from series
where (name, measure, ts) in (select (name, measure, ts) from incoming)

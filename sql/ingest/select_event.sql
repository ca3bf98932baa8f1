-- What is stored of the events in `incoming`.
select event_id, ends, category, run_id
from event
where event_id in (select event_id from incoming)

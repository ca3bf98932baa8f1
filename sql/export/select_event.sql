-- Dated events.
select event_id, ts, ends, name, category, scope, source
from event
where ts >= $since and ts < $until
order by ts, event_id

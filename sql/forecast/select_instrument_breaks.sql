-- Breaks of the instrument that stood behind each signal, found by claims known at $as_of: the first
-- day of the new instrument, and what broke.
select distinct signal, (result ->> 'cause_ts')::date as day, result ->> 'cause' as cause
from finding
join (select unnest($signals) as signal) as asked
    on finding.x = signal
    or starts_with(finding.x, regexp_replace(signal, ':[^:]*$', '') || ':instrument.')
where analysis = 'changepoints' and result ->> 'kind' = 'instrument'
    and (result ->> 'found')::boolean and as_of <= $as_of
order by signal, day, cause

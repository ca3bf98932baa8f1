-- Breaks of the instrument that were found, for the margins of figures: community, ts (date), cause,
-- the claim in words and the finding that says it. One row for each cause and day of a community.
select regexp_replace(x, ':instrument\.[^:]*$', '') as community,
    (result ->> 'ts')::date as ts, result ->> 'cause' as cause, verdict, finding_id
from finding
where analysis = 'changepoints' and result ->> 'kind' = 'instrument'
    and x like '%:instrument.%'
order by community, ts, cause

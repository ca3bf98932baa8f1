-- Which inputs cover which days of communities: one row for each batch of an input that a run read
-- which brought posts of the community.
select distinct brought.community, ledger.source, ledger.input,
    local_day(ledger.first) as first, local_day(ledger.last) as last
from (
    select distinct community, source, run_id
    from post
    where list_contains($communities, community) and local_day(created) < local_day($as_of::timestamp)
) as brought
join ledger using (run_id, source)
where ledger.part >= 0 and ledger.first is not null
order by community, source, input, first, last

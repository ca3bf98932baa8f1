-- No row is counted twice: what happened to rows adds up to no more than was read. The rest was
-- left out by a filter.
select source, input, part from ledger
where part >= 0 and rows_read < added + updated + duplicates + rejected

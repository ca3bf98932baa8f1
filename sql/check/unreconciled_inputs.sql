-- Every row read is accounted for.
select source, input, part from ledger
where part >= 0 and rows_read <> added + updated + duplicates + rejected

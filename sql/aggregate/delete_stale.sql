-- Remove buckets that no post supports any more.
delete from prevalence
where freq = $freq and not exists (
    select 1 from fresh
    where fresh.community = prevalence.community and fresh.ts = prevalence.ts
        and fresh.measure = prevalence.measure
)

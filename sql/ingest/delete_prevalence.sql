-- Remove the buckets that the posts in `gone` were counted in, until they are computed anew.
delete from prevalence
where exists (
    select 1 from gone
    where gone.community = prevalence.community
        and date_trunc(prevalence.freq, gone.created) = prevalence.ts
        and gone.text_hash is not null
)

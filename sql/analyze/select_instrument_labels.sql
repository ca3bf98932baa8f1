-- The counted share of every label that is decided on its own, by (community, day), known by $as_of,
-- with its valence. 'neutral' is left out: it falls where the others rise.
select prevalence.community, prevalence.ts::date as day, prevalence.measure, used.valence,
    prevalence.raw, prevalence.posts::double as posts
from prevalence
join (
    select measure, any_value(valence)::double as valence
    from current_label
    where tagger = $tagger and kind = 'many' and label <> 'neutral' and measure is not null
        and not contains(measure, '.')
    group by measure
) as used using (measure)
where prevalence.freq = 'day' and prevalence.raw is not null
    and prevalence.available_at <= $as_of
    and list_contains($communities, prevalence.community)
order by prevalence.community, day, prevalence.measure

-- What the tagger says of each post: for every measure in `asked_measure` its probability, and whether
-- the post counts as having it, decided as in select_prevalence. Only posts in `asked_post`, where
-- there are any, and of $community, where it is not null.
with used as (
    select * from current_label
    where tagger = $tagger and kind <> 'scale' and measure in (select measure from asked_measure)
),
threshold as (
    select scheme, revision, list(label order by position) as labels,
        list(greatest(coalesce(threshold, 1), 1e-6) order by position) as thresholds
    from current_label
    where tagger = $tagger
    group by scheme, revision
),
absent as (
    select score.text_hash
    from score
    join threshold using (scheme, revision), lateral (
        select list_transform(p, lambda x, i: x / thresholds[i]) as weight
    )
    where score.tagger = $tagger and scheme = 'status' and not isnan(p[1])
        and labels[list_position(weight, list_max(weight))] <> 'present'
)
select post_id, community, used.measure, used.scheme, used.revision, used.label,
    score.p[used.position] as p,
    if(used.kind = 'one', list_position(weight, list_max(weight)) = used.position,
        score.p[used.position] >= used.threshold)
        and (used.scheme <> 'markers' or score.text_hash not in (select text_hash from absent))
        as said
from readable
join score using (text_hash, tagger)
join used using (tagger, scheme, revision)
join threshold using (scheme, revision), lateral (
    select list_transform(score.p, lambda x, i: x / thresholds[i]) as weight
)
where readable.tagger = $tagger and not isnan(score.p[used.position])
    and ($community is null or community = $community)
    and (not exists (from asked_post) or post_id in (select post_id from asked_post))
order by used.measure, post_id

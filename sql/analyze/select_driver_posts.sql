-- The posts of `asked_community` from $base_starts to $base_ends and (late) from $starts to $ends,
-- ends excluded, that $tagger reads and has scored: who wrote each and where, whether it says
-- $measure (decided as in select_prevalence), with which probability, and the category of its cause
-- where an emotion has one; of several cause models the newest counts.
with used as (
    select * from current_label
    where tagger = $tagger and measure = $measure and kind <> 'scale'
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
),
why as (
    select cause.post_id, arg_max(coalesce(category, ''), cause.run_id) as category
    from cause
    join used on used.scheme = 'goemotions28' and used.label = cause.emotion
    where cause.tagger = $tagger
    group by cause.post_id
)
select readable.text_hash, coalesce(author, post_id) as author, community, thread_id,
    created >= $starts and created < $ends as late, score.p[used.position]::double as p,
    (
        if(used.kind = 'one', list_position(weight, list_max(weight)) = used.position,
            score.p[used.position] >= used.threshold)
        and (used.scheme <> 'markers' or score.text_hash not in (select text_hash from absent))
    )::int::double as said,
    nullif(why.category, '') as category
from readable
semi join asked_community using (community)
join score using (text_hash, tagger)
join used using (tagger, scheme, revision)
join threshold using (scheme, revision)
left join why using (post_id), lateral (
    select list_transform(score.p, lambda x, i: x / thresholds[i]) as weight
)
where readable.tagger = $tagger and not isnan(score.p[used.position])
    and (created >= $starts and created < $ends
        or created >= $base_starts and created < $base_ends)
order by author, created, post_id

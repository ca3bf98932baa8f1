-- Which labels of `asked_measure` each text of $community carries, decided as in
-- aggregate/select_prevalence; texts that carry none have no row.
with asked as (
    select * from current_label
    where tagger = $tagger and measure in (select measure from asked_measure)
),
threshold as (
    select scheme, revision, list(label order by position) as labels,
        list(greatest(coalesce(threshold, 1), 1e-6) order by position) as thresholds
    from current_label
    where tagger = $tagger
    group by scheme, revision
),
weighed as (
    select score.text_hash, score.scheme, score.revision, score.p, labels,
        list_transform(score.p, lambda p, i: p / thresholds[i]) as weight
    from score
    join threshold using (scheme, revision)
    semi join (select text_hash from post where community = $community) using (text_hash)
    where score.tagger = $tagger and not isnan(score.p[1])
),
absent as (
    select text_hash from weighed
    where scheme = 'status' and labels[list_position(weight, list_max(weight))] <> 'present'
)
select text_hash, asked.measure
from weighed
join asked using (scheme, revision)
where if(asked.kind = 'one', list_position(weight, list_max(weight)) = asked.position,
        p[asked.position] >= asked.threshold)
    and (scheme <> 'markers' or text_hash not in (select text_hash from absent))
order by text_hash, measure

-- For each bucket and measure, how many posts have about the same probability: counts, and the sum
-- of the probabilities in whole 1e-7, by eighths of log-odds. `prior` is the share of the label in the
-- tagger's validation set. Markers are left out: their status gate is no probability.
with used as (
    select * from current_label
    where tagger = $tagger and measure is not null and kind <> 'scale' and scheme <> 'markers'
        and tp + fn > 0 and fp + tn > 0
),
read_score as (
    select text_hash, scheme, p
    from score
    semi join used using (tagger, scheme, revision)
    where not isnan(p[1])
),
mass as (
    select readable.community, used.measure,
        date_trunc(
            $freq, if($zone = 'UTC', created, timezone($zone, timezone('UTC', created)))
        ) as ts,
        (used.tp + used.fn)::double / (used.tp + used.fn + used.fp + used.tn) as prior,
        (least(greatest(read_score.p[used.position], 1e-6), 1 - 1e-6) * 10000000)::bigint as p
    from readable
    join read_score using (text_hash)
    join used using (scheme)
    where readable.tagger = $tagger and not isnan(read_score.p[used.position])
)
select community, ts, measure, prior, round(8 * ln(p / (1e7 - p)))::int as bin,
    count(*)::bigint as posts, sum(p)::double / 1e7 as mass
from mass
group by community, ts, measure, prior, bin
order by community, measure, ts, bin

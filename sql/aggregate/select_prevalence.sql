-- Community time series at $freq. raw is classify-and-count over the posts of the bucket that the
-- tagger reads and has scored; a score is a decision as its scheme's kind says (see `label`), and a
-- marker counts only where the text's status is present.
-- value is the adjusted count (raw - fpr) / (tpr - fpr) (Gart & Buck 1966; Forman 2008); its
-- interval joins three Wilson intervals by the square-and-add rule (Zou & Donner 2008): of raw at the
-- effective sample size (posts of one author are one cluster), of tpr and of fpr. A community that
-- was calibrated has its own tpr and fpr. Of a label that was never validated, value is raw, with
-- the Wilson interval alone; on a scale it is the mean.
-- Days and weeks begin at 00:00 on the clock of $zone; a bucket is known when it is over there, as a
-- time in UTC. (The case of UTC is spared the conversion, a second for each million posts.)
-- Probabilities are summed as whole numbers of 1e-7: exact, so that no order of rows, and no number
-- of threads, moves a bit of the result.
with used as (
    select * from current_label where tagger = $tagger
),
scheme as (
    select scheme, revision, any_value(kind) as kind,
        list(valence order by position) as valences,
        list(label order by position) as labels,
        list(greatest(coalesce(threshold, 1), 1e-6) order by position) as thresholds,
        scheme = 'goemotions28'
            or kind <> 'scale' and min(valence) < 0 and max(valence) > 0 as leans
    from used
    group by scheme, revision, kind
),
read_score as (
    -- `chosen` is the position of the label that a scheme of kind 'one' decides for.
    select score.text_hash, scheme.*, score.p,
        if(scheme.kind = 'one', list_transform(score.p, lambda p, i: p / scheme.thresholds[i]), null)
            as weight,
        list_position(weight, list_max(weight)) as chosen
    from score
    join scheme using (scheme, revision)
    where score.tagger = $tagger and not isnan(score.p[1])
),
absent as (
    select text_hash from read_score where scheme = 'status' and labels[chosen] <> 'present'
),
scored as (
    select community, coalesce(author, post_id) as author, text_hash,
        date_trunc(
            $freq, if($zone = 'UTC', created, timezone($zone, timezone('UTC', created)))
        ) as ts
    from readable
    semi join read_score using (text_hash)
    where tagger = $tagger
),
post_score as (
    select scored.*, read_score.p, read_score.scheme, read_score.chosen,
        read_score.scheme <> 'markers'
            or scored.text_hash not in (select text_hash from absent) as counts
    from scored
    join read_score using (text_hash)
),
hit as (
    select post_score.community, post_score.ts, post_score.author, used.measure, used.kind,
        (post_score.p[used.position] * 10000000)::bigint as p,
        (
            counts and if(used.kind = 'one', post_score.chosen = used.position,
                post_score.p[used.position] >= used.threshold)
        )::int as hit
    from post_score
    join used on used.scheme = post_score.scheme
    where used.measure is not null and not isnan(post_score.p[used.position])
),
by_author as (
    select community, ts, measure, kind, author, sum(hit) as hits, count(*) as posts,
        sum(p) as mass
    from hit
    group by community, ts, measure, kind, author
),
by_bucket as (
    select community, ts, measure,
        sum(hits)::double / sum(posts) as raw,
        sum(mass)::double / 1e7 / sum(posts) as mean,
        sum(posts)::bigint as posts,
        count(*)::bigint as authors,
        sum(hits * hits) as hits_hits, sum(hits * posts) as hits_posts,
        sum(posts * posts)::double as posts_posts,
        sum(mass * mass)::double / 1e14 as mass_mass,
        sum(mass * posts)::double / 1e7 as mass_posts
    from by_author
    where kind <> 'scale'
    group by community, ts, measure
),
sampled as (
    -- Variance of a ratio with authors as clusters (Cochran 1977, eq. 11.30), and from it the
    -- number of independent posts that would be as informative. `apart` is authors / (authors - 1)
    -- for authors of unequal weight: who writes half of the posts pulls the ratio to themselves.
    select *,
        greatest(hits_hits - 2 * raw * hits_posts + raw * raw * posts_posts, 0)
            / (posts::double * posts) * apart as variance,
        greatest(mass_mass - 2 * mean * mass_posts + mean * mean * posts_posts, 0)
            / (posts::double * posts) * apart as mean_variance
    from by_bucket, lateral (
        select 1 / greatest(1 - posts_posts / (posts::double * posts), 0.05) as apart
    )
),
effective as (
    select *,
        case when raw > 0 and raw < 1 and variance > 0
            then least(posts, raw * (1 - raw) / variance)
            else posts::double * posts / posts_posts end as n
    from sampled
),
wilson as (
    select *,
        (raw + z * z / (2 * n) - z * sqrt(raw * (1 - raw) / n + z * z / (4 * n * n)))
            / (1 + z * z / n) as wilson_low,
        (raw + z * z / (2 * n) + z * sqrt(raw * (1 - raw) / n + z * z / (4 * n * n)))
            / (1 + z * z / n) as wilson_high
    from effective, (select 1.959964 as z)
),
counted as (
    select area.community, used.measure,
        coalesce(own.tp, used.tp)::double as tp, coalesce(own.fn, used.fn)::double as fn,
        coalesce(own.fp, used.fp)::double as fp, coalesce(own.tn, used.tn)::double as tn
    from used
    cross join (select distinct community from scored) as area
    left join calibration as own on own.community = area.community and own.tagger = used.tagger
        and own.scheme = used.scheme and own.revision = used.revision and own.label = used.label
    where used.measure is not null and used.kind <> 'scale'
),
error as (
    -- Never validated: taken as it is, without doubt about it.
    select community, measure,
        if(known, tp / positives, 1) as tpr, if(known, fp / negatives, 0) as fpr,
        if(known, (tp + z * z / 2) / (positives + z * z), 1) as tpr_middle,
        if(known, z * sqrt(tp * fn / positives + z * z / 4) / (positives + z * z), 0)
            as tpr_half,
        if(known, (fp + z * z / 2) / (negatives + z * z), 0) as fpr_middle,
        if(known, z * sqrt(fp * tn / negatives + z * z / 4) / (negatives + z * z), 0)
            as fpr_half
    from counted, (select 1.959964 as z), lateral (
        select tp + fn as positives, fp + tn as negatives, tp + fn > 0 and fp + tn > 0 as known
    )
),
adjusted as (
    -- A larger fpr makes the share smaller, a larger tpr brings it nearer to 0.
    select wilson.*, tpr - fpr as j, (raw - fpr) / (tpr - fpr) as v,
        v * if(v > 0, tpr_middle + tpr_half - tpr, tpr_middle - tpr_half - tpr) as tpr_below,
        v * if(v > 0, tpr_middle - tpr_half - tpr, tpr_middle + tpr_half - tpr) as tpr_above,
        (1 - v) * if(v < 1, fpr_middle + fpr_half - fpr, fpr_middle - fpr_half - fpr)
            as fpr_below,
        (1 - v) * if(v < 1, fpr_middle - fpr_half - fpr, fpr_middle + fpr_half - fpr)
            as fpr_above
    from wilson
    join error using (community, measure)
),
share as (
    select community, ts, measure, raw, mean, posts, authors,
        greatest(mean - z * sqrt(mean_variance), 0) as mean_low,
        least(mean + z * sqrt(mean_variance), 1) as mean_high,
        least(greatest(v, 0), 1) as value,
        least(greatest(
            v - sqrt((raw - wilson_low) ** 2 + tpr_below ** 2 + fpr_below ** 2) / j, 0), 1) as low,
        least(greatest(
            v + sqrt((wilson_high - raw) ** 2 + tpr_above ** 2 + fpr_above ** 2) / j, 0), 1) as high,
        case when posts < $min_posts then 'fewer than ' || $min_posts || ' posts'
            when authors < $min_authors then 'fewer than ' || $min_authors || ' authors'
            when j < 0.1 then 'tpr - fpr below 0.1: the correction would divide by it'
        end as why
    from adjusted
),
mood as (
    -- Without a scale of its own, valence is pleasant minus unpleasant probability.
    select community, ts, author, 'valence' as measure,
        sum((coalesce(list_dot_product(p, valences) / nullif(list_sum(p), 0), 0) * 1e7)::bigint)
            as mass,
        count(*) as posts
    from post_score
    join (
        select scheme, valences from scheme
        where leans and not exists (select 1 from used where measure = 'valence')
        order by scheme <> 'goemotions28', scheme
        limit 1
    ) as leaning using (scheme)
    group by community, ts, author
    union all
    select community, ts, author, measure, mass, posts from by_author where kind = 'scale'
),
scale as (
    select community, ts, measure,
        sum(mass)::double / 1e7 / sum(posts) as mean, sum(posts)::bigint as posts,
        count(*)::bigint as authors,
        sum(mass * mass)::double / 1e14 as mass_mass,
        sum(mass * posts)::double / 1e7 as mass_posts,
        sum(posts * posts)::double as posts_posts
    from mood
    group by community, ts, measure
),
margin as (
    select *,
        1.959964 * sqrt(
            greatest(mass_mass - 2 * mean * mass_posts + mean * mean * posts_posts, 0)
            / greatest(1 - posts_posts / (posts::double * posts), 0.05)
        ) / posts as margin
    from scale
),
calendar as (
    select community, unnest(generate_series(min(ts), max(ts), $step::interval)) as ts
    from scored
    group by community
),
volume as (
    select calendar.community, calendar.ts, count(scored.author) as posts,
        count(distinct scored.author) as authors
    from calendar
    left join scored using (community, ts)
    group by calendar.community, calendar.ts
)
select $freq as freq, community, ts, measure,
    if(why is null, value, null) as value, if(why is null, low, null) as low,
    if(why is null, high, null) as high, if(why is null, raw, null) as raw,
    if(why is null, mean, null) as mean,
    if(why is null, mean_low, null) as mean_low, if(why is null, mean_high, null) as mean_high,
    posts, authors, why,
    timezone('UTC', timezone($zone, ts + $step::interval)) as available_at
from share
union all
select $freq, community, ts, measure,
    if(enough, mean, null), if(enough, mean - margin, null), if(enough, mean + margin, null),
    null, if(enough, mean, null), if(enough, mean - margin, null), if(enough, mean + margin, null),
    posts, authors,
    if(enough, null, 'fewer than ' || $min_posts || ' posts or ' || $min_authors || ' authors'),
    timezone('UTC', timezone($zone, ts + $step::interval))
from margin, lateral (
    select posts >= $min_posts and authors >= $min_authors as enough
)
union all
select $freq, community, ts, 'posts', posts::double, null, null, posts::double, null, null,
    null, posts, authors, null, timezone('UTC', timezone($zone, ts + $step::interval))
from volume
order by community, measure, ts

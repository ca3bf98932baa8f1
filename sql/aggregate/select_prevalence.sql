-- Community time series at $freq. raw is classify-and-count over all eligible posts of the bucket.
-- value is the adjusted count (raw - fpr) / (tpr - fpr) (Gart & Buck 1966; Forman 2008); its
-- interval joins a Wilson interval at the effective sample size (posts of one author are one
-- cluster) with the classifier's own uncertainty by the square-and-add rule (Zou & Donner 2008).
-- Probabilities are summed as whole numbers of 1e-7: exact, so that no order of rows, and no number
-- of threads, moves a bit of the result.
with post_score as (
    select eligible.community, date_trunc($freq, eligible.created) as ts,
        coalesce(eligible.author, eligible.post_id) as author, score.p, score.revision,
        score.scheme
    from eligible
    join score using (text_hash)
    where score.tagger = $tagger
        and score.revision in (select revision from label where tagger = $tagger and current)
),
hit as (
    select post_score.community, post_score.ts, post_score.author, label.label,
        (post_score.p[label.position] * 10000000)::bigint as p,
        (post_score.p[label.position] >= label.threshold)::int as hit
    from post_score
    join label on label.tagger = $tagger and label.current and label.scheme = post_score.scheme
),
by_author as (
    select community, ts, label, author, sum(hit) as hits, count(*) as posts, sum(p) as mass
    from hit
    group by community, ts, label, author
),
by_bucket as (
    select community, ts, label,
        sum(hits)::double / sum(posts) as raw,
        sum(mass)::double / 1e7 / sum(posts) as mean,
        sum(posts)::bigint as posts,
        count(*)::bigint as authors,
        sum(hits * hits) as hits_hits, sum(hits * posts) as hits_posts,
        sum(posts * posts)::double as posts_posts,
        sum(mass * mass)::double / 1e14 as mass_mass,
        sum(mass * posts)::double / 1e7 as mass_posts
    from by_author
    group by community, ts, label
),
sampled as (
    -- Variance of a ratio with authors as clusters (Cochran 1977, eq. 11.30), and from it the
    -- number of independent posts that would be as informative.
    select *,
        greatest(hits_hits - 2 * raw * hits_posts + raw * raw * posts_posts, 0)
            / (posts::double * posts) * authors / greatest(authors - 1, 1) as variance,
        greatest(mass_mass - 2 * mean * mass_posts + mean * mean * posts_posts, 0)
            / (posts::double * posts) * authors / greatest(authors - 1, 1) as mean_variance
    from by_bucket
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
error as (
    select label,
        tp::double / nullif(tp + fn, 0) as tpr,
        fp::double / nullif(fp + tn, 0) as fpr,
        (tp + 0.5) * (fn + 0.5) / ((tp + fn + 1.0) ** 2 * (tp + fn + 2.0)) as tpr_variance,
        (fp + 0.5) * (tn + 0.5) / ((fp + tn + 1.0) ** 2 * (fp + tn + 2.0)) as fpr_variance
    from label
    where tagger = $tagger and current
),
adjusted as (
    select wilson.*, tpr - fpr as j, (raw - fpr) / (tpr - fpr) as v,
        z * sqrt(
            ((raw - fpr) / (tpr - fpr)) ** 2 * tpr_variance
            + (1 - (raw - fpr) / (tpr - fpr)) ** 2 * fpr_variance
        ) / (tpr - fpr) as doubt
    from wilson
    join error using (label)
),
share as (
    select community, ts, label as measure, raw, mean, posts, authors,
        greatest(mean - z * sqrt(mean_variance), 0) as mean_low,
        least(mean + z * sqrt(mean_variance), 1) as mean_high,
        least(greatest(v, 0), 1) as value,
        least(greatest(v - sqrt(((raw - wilson_low) / j) ** 2 + doubt ** 2), 0), 1) as low,
        least(greatest(v + sqrt(((wilson_high - raw) / j) ** 2 + doubt ** 2), 0), 1) as high,
        case when posts < $min_posts then 'fewer than ' || $min_posts || ' posts'
            when authors < $min_authors then 'fewer than ' || $min_authors || ' authors'
            when j is null or j < 0.1 then 'tpr - fpr below 0.1: the correction would divide by it'
        end as why
    from adjusted
),
mood as (
    select community, ts, author,
        sum(
            (list_dot_product(post_score.p, scheme.valences) / list_sum(post_score.p) * 1e7)::bigint
        ) as mass,
        count(*) as posts
    from post_score
    join (
        select scheme, list(valence order by position) as valences
        from label where tagger = $tagger and current group by scheme
    ) as scheme using (scheme)
    group by community, ts, author
),
valence as (
    select community, ts, 'valence' as measure, null::double as raw,
        sum(mass)::double / 1e7 / sum(posts) as mean, sum(posts)::bigint as posts,
        count(*)::bigint as authors,
        sum(mass * mass)::double / 1e14 as mass_mass,
        sum(mass * posts)::double / 1e7 as mass_posts,
        sum(posts * posts)::double as posts_posts
    from mood
    group by community, ts
),
margin as (
    select *,
        1.959964 * sqrt(
            greatest(mass_mass - 2 * mean * mass_posts + mean * mean * posts_posts, 0)
            * authors / greatest(authors - 1, 1)
        ) / posts as margin
    from valence
),
calendar as (
    select community, unnest(generate_series(min(ts), max(ts), $step::interval)) as ts
    from post_score
    group by community
),
volume as (
    select calendar.community, calendar.ts, count(post_score.author) as posts,
        count(distinct post_score.author) as authors
    from calendar
    left join post_score using (community, ts)
    group by calendar.community, calendar.ts
)
select $freq as freq, community, ts, measure,
    if(why is null, value, null) as value, if(why is null, low, null) as low,
    if(why is null, high, null) as high, if(why is null, raw, null) as raw,
    if(why is null, mean, null) as mean,
    if(why is null, mean_low, null) as mean_low, if(why is null, mean_high, null) as mean_high,
    posts, authors, why, ts + $step::interval as available_at
from share
union all
select $freq, community, ts, measure,
    if(enough, mean, null), if(enough, mean - margin, null), if(enough, mean + margin, null),
    null, if(enough, mean, null), if(enough, mean - margin, null), if(enough, mean + margin, null),
    posts, authors,
    if(enough, null, 'fewer than ' || $min_posts || ' posts or ' || $min_authors || ' authors'),
    ts + $step::interval
from margin, lateral (
    select posts >= $min_posts and authors >= $min_authors as enough
)
union all
select $freq, community, ts, 'posts', posts::double, null, null, posts::double, null, null,
    null, posts, authors, null, ts + $step::interval
from volume
order by community, measure, ts

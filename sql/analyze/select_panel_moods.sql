-- What the posts about each asset feel in each window of `session` (day, starts, ends: times of posts,
-- ends excluded): by (asset, day, measure) the share of posts that say the label (raw, decided as in
-- select_prevalence), the mean probability or, on a scale, the mean; posts and authors behind it.
-- A post is about an asset that its community ends in (stocktwits/AAPL) or that it names in symbols;
-- BTC-USD is also BTC and BTC.X. Labels of other schemes only where $measures has a dot.
with about as (
    select distinct asset, unnest([asset, base, base || '.X']) as name
    from price, lateral (select split_part(asset, '-', 1) as base)
    where bar = '1d' and asset glob $assets
),
reader as (
    select * from readable where tagger = $tagger
),
told as (
    select post_id, asset
    from reader
    join about on upper(split_part(community, '/', -1)) = upper(name)
    union
    select post_id, asset
    from (select post_id, unnest(symbols) as symbol from reader)
    join about on upper(ltrim(symbol, '$')) = upper(name)
),
placed as (
    select told.asset, session.day, session.ends, reader.created, reader.text_hash,
        coalesce(reader.author, reader.post_id) as author
    from reader
    join told using (post_id)
    asof join session on reader.created >= session.starts
),
used as (
    select * from current_label where tagger = $tagger
),
scheme as (
    select scheme, revision, any_value(kind) as kind,
        list(valence order by position) as valences,
        list(label order by position) as labels,
        list(greatest(coalesce(threshold, 1), 1e-6) order by position) as thresholds
    from used
    group by scheme, revision
),
read_score as (
    select score.text_hash, scheme.*, score.p,
        list_transform(score.p, lambda p, i: p / scheme.thresholds[i]) as weight,
        list_position(weight, list_max(weight)) as chosen
    from score
    join scheme using (scheme, revision)
    where score.tagger = $tagger and not isnan(score.p[1])
),
absent as (
    select text_hash from read_score where scheme = 'status' and labels[chosen] <> 'present'
),
hit as (
    select placed.asset, placed.day, placed.author, used.measure, used.kind,
        read_score.p[used.position]::double as p,
        (
            (used.scheme <> 'markers' or placed.text_hash not in (select text_hash from absent))
            and if(used.kind = 'one', read_score.chosen = used.position, read_score.p[used.position] >= used.threshold)
        )::int as hit
    from placed
    join read_score using (text_hash)
    join used on used.scheme = read_score.scheme
    where placed.created < placed.ends and used.measure glob $measures
        and (not contains(used.measure, '.') or contains($measures, '.'))
        and not isnan(read_score.p[used.position])
    union all
    -- Without a scale of its own, valence is pleasant minus unpleasant probability.
    select placed.asset, placed.day, placed.author, 'valence', 'scale',
        coalesce(list_dot_product(p, valences) / nullif(list_sum(p), 0), 0)::double, null
    from placed
    join read_score using (text_hash)
    where placed.created < placed.ends and read_score.scheme = 'goemotions28'
        and 'valence' glob $measures and not exists (select 1 from used where measure = 'valence')
)
select asset, day, measure, any_value(kind) = 'scale' as scale,
    if(any_value(kind) = 'scale', fsum(p) / count(*), sum(hit)::double / count(*)) as raw,
    fsum(p) / count(*) as mean, count(*)::bigint as posts, count(distinct author)::bigint as authors
from hit
group by asset, day, measure
order by asset, day, measure

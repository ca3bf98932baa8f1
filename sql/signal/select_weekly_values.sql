-- Community signals by week (ts is its first day), known by $as_of: the columns of select_values.sql.
-- A week that was not over when the community's days ended is not there: it has too few posts.
with asked as (
    select unnest($signals) as signal
),
named as (
    select signal, regexp_replace(signal, '@(mean|raw|emq)$', '') as name,
        regexp_extract(signal, '@(mean|raw|emq)$', 1) as variant
    from asked
),
ended as (
    select community, max(available_at) as at
    from prevalence
    where freq = 'day' and available_at <= $as_of
    group by community
),
measured as (
    select prevalence.*, prevalence.measure not in ('posts', 'valence') and not exists (
        select 1 from current_label
        where current_label.measure = prevalence.measure and current_label.kind = 'scale'
    ) as share
    from prevalence
    left join ended using (community)
    where freq = 'week' and available_at <= least($as_of, coalesce(ended.at, available_at))
)
select signal, ts::date as ts,
    case variant when 'mean' then mean when 'raw' then raw when 'emq' then emq else value end as value,
    case when variant = 'mean' then mean when variant = 'emq' then emq when variant = 'raw' then raw
        when measured.value is not null then if(share, raw, measured.value) end as linear,
    posts::double as posts, share, available_at
from measured
join named on named.name = community || ':' || measure
order by signal, ts

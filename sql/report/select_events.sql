-- Events within the period that concern everyone, the community, or an asset shown: a scope is a
-- place, a name alone, a glob of these, or several with commas, as for `affect analyze events`.
with place as (
    select unnest(list_transform($assets, lambda name: 'asset/' || name) || [$community]) as place
),
named as (
    select lower(place) as name from place
    union select lower(regexp_extract(place, '[^/]*$')) from place
    union select lower(split_part(substr(place, 7), '-', 1)) from place where place like 'asset/%'
)
select ts::date as day, name
from event
where ts >= $since and ts < $until and (
    trim(coalesce(scope, '')) = '' or exists (
        select 1
        from named, (select unnest(string_split(lower(scope), ',')) as part)
        where named.name glob ltrim(trim(part), '$')
    )
)
order by ts, name

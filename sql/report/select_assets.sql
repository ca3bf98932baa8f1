-- Every asset with daily bars, and whether it goes with the community: it has the community's name,
-- or a claim is about both.
with known as (
    select asset, count(*) as bars from price where bar = '1d' group by asset
),
tested as (
    select distinct split_part(split_part(unnest([x, y]), '/', 2), ':', 1) as asset
    from finding
    where analysis <> 'panel'
        and (starts_with(x, $community || ':') or starts_with(coalesce(y, ''), $community || ':'))
)
select asset, bars,
    lower(asset) = lower(regexp_extract($community, '[^/]*$')) or asset in (from tested) as related
from known
order by lower(asset) = lower(regexp_extract($community, '[^/]*$')) desc, asset

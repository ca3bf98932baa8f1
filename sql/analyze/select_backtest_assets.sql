-- The assets with daily bars, and whether a glob matches them.
select asset, bool_or(asset = $pattern) as exact, bool_or(asset glob $pattern) as matches
from price
where bar = '1d'
group by asset
order by asset

-- All stored bars of the assets in `assets`, to look for gaps and splits.
select asset, ts, open, close, volume
from price
where bar = $bar and asset in (select asset from assets)
order by asset, ts

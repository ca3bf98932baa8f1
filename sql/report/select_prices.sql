-- Daily closes of the assets shown.
select asset, ts::date as day, close
from price
where bar = '1d' and list_contains($assets, asset) and ts >= $since and ts < $until
order by asset, day

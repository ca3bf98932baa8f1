-- Price bars.
select asset, bar, ts, open, high, low, close, volume, source, available_at
from price
where ts >= $since and ts < $until
order by asset, bar, ts

-- The daily bars of an asset known by $as_of.
select ts, open, close, available_at
from price
where asset = $asset and bar = '1d' and available_at <= $as_of
order by ts

-- Daily bars of the assets that match $assets, known by $as_of.
select asset, ts::date as day, open, high, low, close, available_at
from price
where bar = '1d' and asset glob $assets and available_at <= $as_of
order by asset, ts

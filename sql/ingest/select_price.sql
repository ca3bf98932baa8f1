-- What is stored of the bars in `incoming`.
select asset, bar, ts, open, high, low, close, volume, run_id
from price
where (asset, bar, ts) in (select (asset, bar, ts) from incoming)

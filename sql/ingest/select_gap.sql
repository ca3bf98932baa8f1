-- The longest time without a bar, among the assets in `assets`.
select asset, since, ts as until, date_diff('day', since, ts) as days
from (
    select asset, ts, lag(ts) over (partition by asset order by ts) as since
    from price
    where bar = $bar and asset in (select asset from assets)
)
where since is not null
order by days desc, asset, since
limit 1

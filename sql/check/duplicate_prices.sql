-- An asset has one bar at a time.
select asset, bar, ts from price group by asset, bar, ts having count(*) > 1

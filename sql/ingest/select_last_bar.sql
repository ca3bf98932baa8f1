-- The last stored bar of an asset.
select max(ts) from price where asset = $asset and bar = $bar

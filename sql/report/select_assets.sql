-- Every asset with daily bars.
select asset, count(*) as bars from price where bar = '1d' group by asset order by asset

-- Write the bars of `batch`: new ones are added, known ones take the values given.
merge into price using batch
    on price.asset = batch.asset and price.bar = batch.bar and price.ts = batch.ts
when matched then update set
    open = batch.open,
    high = batch.high,
    low = batch.low,
    close = batch.close,
    volume = batch.volume,
    source = batch.source,
    run_id = $run_id
when not matched then insert (
    asset, ts, bar, open, high, low, close, volume, source, available_at, run_id
)
values (
    batch.asset, batch.ts, batch.bar, batch.open, batch.high, batch.low, batch.close,
    batch.volume, batch.source, batch.available_at, $run_id
)

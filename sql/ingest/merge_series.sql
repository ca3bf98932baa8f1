-- Write the values of `batch`: new ones are added, known ones take the value given.
merge into series using batch
    on series.name = batch.name and series.measure = batch.measure and series.ts = batch.ts
when matched then update set value = batch.value, run_id = $run_id
when not matched then insert (name, measure, ts, value, available_at, run_id)
values (batch.name, batch.measure, batch.ts, batch.value, batch.available_at, $run_id)

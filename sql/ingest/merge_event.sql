-- Write the events of `batch`: new ones are added, known ones take the values given.
merge into event using batch on event.event_id = batch.event_id
when matched then update set
    ends = batch.ends,
    category = batch.category,
    run_id = $run_id
when not matched then insert (event_id, ts, ends, name, category, scope, source, run_id)
values (
    batch.event_id, batch.ts, batch.ends, batch.name, batch.category, batch.scope, batch.source,
    $run_id
)

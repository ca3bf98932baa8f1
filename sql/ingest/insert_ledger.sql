-- Note one stored batch of an input, or with part -1 that it was read to its end.
insert into ledger (
    source, input, fingerprint, part, first, last,
    rows_read, added, updated, duplicates, rejected, run_id
)
values (
    $source, $input, $fingerprint, $part, $first, $last,
    $rows_read, $added, $updated, $duplicates, $rejected, $run_id
)

-- The batches of an input that are stored, whatever the input was called.
select part, rows_read, added, updated, duplicates, rejected, run_id
from ledger
where source = $source and fingerprint = $fingerprint
order by part

-- Forget when a file was taken that is being taken again.
delete from meta where key = 'snapshot_taken'

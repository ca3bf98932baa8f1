-- Version 1 read English and texts too short to tell.
alter table label add column languages varchar[]

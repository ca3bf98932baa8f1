-- Version 2 had one estimate of a share.
alter table prevalence add column if not exists emq double

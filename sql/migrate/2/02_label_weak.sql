-- Version 1 knew weak labels by their validation counts.
alter table label add column weak boolean default false

-- Whether a label is weak is known.
alter table label alter column weak set not null

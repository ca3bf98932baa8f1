-- A scale decides nothing.
alter table label alter column threshold drop not null

-- A label's kind is known.
alter table label alter column kind set not null

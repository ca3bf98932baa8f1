-- As in a new file, no strength is taken for granted.
alter table label alter column weak drop default

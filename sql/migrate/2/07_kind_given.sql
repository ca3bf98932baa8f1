-- As in a new file, no kind is taken for granted.
alter table label alter column kind drop default

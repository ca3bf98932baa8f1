-- Version 1 knew one kind of scheme.
alter table label add column kind varchar default 'many'

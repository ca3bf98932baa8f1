-- Note the check value of the author key at the first authors that are stored.
insert into meta (key, value) values ('author_key_check', $value)

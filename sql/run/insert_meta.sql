-- Note a fact about the file itself.
insert into meta (key, value) values (?, ?)

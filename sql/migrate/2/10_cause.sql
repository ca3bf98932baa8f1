-- No release filled this table; a cause now belongs to a revision.
drop table cause

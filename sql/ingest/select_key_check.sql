-- What is known of the author key that this database was made with.
select value
from meta
where key = 'author_key_check'

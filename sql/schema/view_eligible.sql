-- Posts that count in a denominator: they have text, were not deleted, and a tagger can read them.
create or replace view eligible as
select *
from post
where text_hash is not null and status <> 'deleted' and lang in ('en', 'und')

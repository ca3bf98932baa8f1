-- Posts that count in a denominator where the tagger reads their language (see `readable`): they have
-- text and were not deleted.
create or replace view eligible as
select *
from post
where text_hash is not null and status <> 'deleted'

-- The posts asked for by id or by author's hash, and whether text, tags or causes hang on them.
select post_id, community, created, text_hash, status,
    title <> '' or body <> '' or author is not null or text_hash is not null as said
from post
where post_id in (select post_id from asked_post)
    or author in (select author from asked_author)
order by post_id

-- Posts that are not deleted at their source, one by one: only with a written reason.
select post_id, source, community, kind, parent_id, thread_id, created, lang, score, replies,
    symbols, author, title, body
from post
where status <> 'deleted' and created >= $since and created < $until
order by community, created, post_id

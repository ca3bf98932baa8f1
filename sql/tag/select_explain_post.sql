-- One post: its text as the taggers see it, and whether it may be shown (status).
select post_id, community, status, lang, case when title = '' then body when body = '' then title
    else title || chr(10) || chr(10) || body end as text
from post
where post_id = $post_id

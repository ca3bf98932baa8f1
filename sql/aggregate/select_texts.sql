-- The texts of the posts in `asked_post`.
select post_id, case when title = '' then body when body = '' then title
    else title || chr(10) || chr(10) || body end as text
from post
semi join asked_post using (post_id)

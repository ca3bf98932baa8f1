-- The texts of a batch, in order of place; a post that changed meanwhile is left for the next run.
select post.text_hash,
    case when title = '' then body when body = '' then title
        else title || chr(10) || chr(10) || body end as text
from post
join page on post.rowid = page.place and post.text_hash = page.text_hash
where post.rowid between $first and $last and status <> 'deleted'
order by post.rowid

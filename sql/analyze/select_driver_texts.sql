-- The texts of `asked_text`, each once, as taggers see them.
select text_hash, any_value(if(body = '' or title = '', title || body,
    title || chr(10) || chr(10) || body) order by post_id) as text
from post
semi join asked_text using (text_hash)
group by text_hash
order by text_hash

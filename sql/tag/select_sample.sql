-- Some distinct texts of eligible posts, the same ones at every call.
select any_value(case when title = '' then body when body = '' then title
        else title || chr(10) || chr(10) || body end) as text
from eligible
group by text_hash
order by text_hash
limit $count

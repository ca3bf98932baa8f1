-- The terms of the posts in `asked_post` (row, post_id) that at least $k authors use in them: lower-case
-- words of three letters or more, without addresses, names of users and quoted lines.
with word as (
    select asked_post.row, coalesce(post.author, post.post_id) as author,
        unnest(list_distinct(regexp_extract_all(
            regexp_replace(
                lower(post.title || ' ' || post.body),
                '(https?://\S+|www\.\S+|\S*@\S+|\b/?[ur]/\S+|(^|\n)\s*>[^\n]*)', ' ', 'g'
            ),
            '\p{L}[\p{L}’'']+\p{L}'
        ))) as term
    from post
    join asked_post using (post_id)
),
shared as (
    select term, count(distinct author) as authors
    from word
    group by term
    having count(distinct author) >= $k
)
select word.row, word.term, shared.authors
from word
join shared using (term)
order by word.term, word.row

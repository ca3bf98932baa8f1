-- The rows of `incoming` that are forgotten already: by author, or by an id that came too early.
select _row, 'forgotten' as outcome
from incoming
where
    'author:' || author in (
        select name from mark where source = $source and input = $input
    )
    or 'post:' || post_id in (
        select name from mark where source = $source and input = $input
    )
order by _row

-- What is remembered of a source's input.
select name, value::varchar as value
from mark
where source = $source and input = $input

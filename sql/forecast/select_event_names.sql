-- The names and categories of events, to suggest from.
select name from event
union
select category from event where category is not null
order by name

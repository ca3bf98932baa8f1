-- The categories of events that match a glob.
select distinct category from event
where category is not null and (category = $pattern or category glob $pattern)
order by category

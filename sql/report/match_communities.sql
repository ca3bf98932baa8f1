-- The communities whose name a glob matches, by name.
select distinct community from post where community glob $pattern order by community

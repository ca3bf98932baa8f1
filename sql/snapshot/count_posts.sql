-- How many posts there are.
select count(*) from post

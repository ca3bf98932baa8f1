-- The communities with eligible posts, the largest first.
select community from eligible group by community order by count(*) desc, community

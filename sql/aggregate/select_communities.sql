-- The communities with eligible posts, the largest first.
select community, count(*) as posts from eligible group by community order by posts desc, community

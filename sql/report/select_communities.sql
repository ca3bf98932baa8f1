-- Every community with posts, the largest first.
select community, count(*) as posts from post group by community order by posts desc, community

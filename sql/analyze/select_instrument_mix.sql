-- Of what the posts of communities consist, by (community, day), known by $as_of: posts by source and
-- by language ('und', too short to tell, is none).
select community, local_day(created) as day, 'source' as kind, source as part, count(*)::double as posts
from post
where list_contains($communities, community) and local_day(created) < local_day($as_of::timestamp)
group by community, day, source
union all
select community, local_day(created), 'language', lang, count(*)::double
from post
where list_contains($communities, community) and local_day(created) < local_day($as_of::timestamp)
    and lang <> 'und'
group by community, local_day(created), lang
order by community, day, kind, part

-- Of what the posts of communities consist, by (community, day), known by $as_of: posts by source and
-- by language ('und', too short to tell, is none).
select community, created::date as day, 'source' as kind, source as part, count(*)::double as posts
from post
where list_contains($communities, community) and created::date + interval 1 day <= $as_of
group by community, day, source
union all
select community, created::date, 'language', lang, count(*)::double
from post
where list_contains($communities, community) and created::date + interval 1 day <= $as_of
    and lang <> 'und'
group by community, created::date, lang
order by community, day, kind, part

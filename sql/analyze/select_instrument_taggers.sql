-- By which tagger the scores that count were made, by (community, day), known by $as_of: posts by the
-- revision and the versions of the programs that ran it.
select post.community, local_day(post.created) as day,
    score.revision || ' ' || coalesce(json_extract_string(run.versions, '$.affect'), '') || ' '
        || coalesce(json_extract_string(run.versions, '$.torch'), '') as part,
    count(*)::double as posts
from post
join score using (text_hash)
join (select distinct tagger, scheme, revision from label where current) as used
    using (tagger, scheme, revision)
left join run on run.run_id = score.run_id
where list_contains($communities, post.community) and score.tagger = $tagger
    and local_day(post.created) < local_day($as_of::timestamp)
group by post.community, day, part
order by post.community, day, part

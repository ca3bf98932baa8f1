-- Distinct texts that lack a score of any wanted scheme, each with the place of its first post.
select min(post.rowid)::ubigint as place, text_hash
from post
anti join (
    select text_hash
    from score
    semi join wanted using (scheme, revision)
    where tagger = $tagger
    group by text_hash
    having count(*) >= $schemes
) as done using (text_hash)
where text_hash is not null and status <> 'deleted'
    and (title <> '' or body <> '')  -- affect retain has taken the words out
    and ($languages is null or lang = 'und' or list_contains($languages::varchar[], lang))
    and text_hash % $shards = $shard
group by text_hash
order by place
limit $count

-- The next posts in order of id, and the emotions above their thresholds in each: an empty list
-- where there is none, or where the post has its causes of this revision already.
with page as (
    select post_id, text_hash
    from readable
    where tagger = $tagger and post_id > $after
    order by post_id
    limit $count
),
felt as (
    select page.post_id, list(label.label order by label.position) as emotions
    from page
    join score using (text_hash)
    join label using (tagger, revision, scheme)
    where tagger = $tagger and revision = $revision and scheme = 'goemotions28'
        and label.label <> 'neutral' and score.p[label.position] >= label.threshold
        and not isnan(score.p[label.position])
    group by page.post_id
),
done as (
    select distinct post_id from cause where tagger = $tagger and revision = $cause_revision
)
select page.post_id, if(done.post_id is null, coalesce(felt.emotions, []), []) as emotions
from page
left join felt using (post_id)
left join done using (post_id)
order by page.post_id

-- How many posts show an emotion and have no row in `cause` of this revision yet.
select count(*)
from readable
semi join (
    select score.text_hash
    from score
    join label using (tagger, revision, scheme)
    where tagger = $tagger and revision = $revision and scheme = 'goemotions28'
        and label.label <> 'neutral' and score.p[label.position] >= label.threshold
        and not isnan(score.p[label.position])
) as felt using (text_hash)
anti join (
    select post_id from cause where tagger = $tagger and revision = $cause_revision
) as done using (post_id)
where readable.tagger = $tagger

-- A score has one probability for each label.
select score.text_hash from score
join (
    select tagger, revision, scheme, count(*) as labels from label group by all
) as known using (tagger, revision, scheme)
where len(score.p) <> known.labels or list_min(score.p) < 0 or list_max(score.p) > 1

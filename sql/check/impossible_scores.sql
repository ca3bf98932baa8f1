-- A score has one number for each label: a probability, or on a scale one in [-1, 1].
select score.text_hash from score
join (
    select tagger, revision, scheme, count(*) as labels, if(any_value(kind) = 'scale', -1, 0) as low
    from label
    group by tagger, revision, scheme
) as known using (tagger, revision, scheme),
lateral (select list_filter(score.p, lambda p: not isnan(p)) as numbers)
where len(score.p) <> known.labels
    or list_min(numbers) < known.low or list_max(numbers) > 1

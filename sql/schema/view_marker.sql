-- One row for each post and tagger, one column for each mental-health marker. `status` says whether
-- the post speaks of now and of its author: a marker counts only where it is 'present'. Not a
-- diagnosis.
create or replace view marker as
with place as (
    select tagger, revision, map(list(label), list(position)) as nth
    from label
    where scheme = 'markers' and current
    group by tagger, revision
),
said as (
    select tagger, revision, list(label order by position) as labels,
        list(greatest(coalesce(threshold, 1), 1e-6) order by position) as thresholds
    from label
    where scheme = 'status' and current
    group by tagger, revision
),
told as (
    select text_hash, tagger, labels[list_position(weight, list_max(weight))] as status
    from (
        select score.text_hash, score.tagger, said.labels,
            list_transform(score.p, lambda p, i: p / said.thresholds[i]) as weight
        from score
        join said using (tagger, revision)
        where score.scheme = 'status' and not isnan(score.p[1])
    )
)
select
    post.post_id, s.tagger,
    s.p[place.nth['stress']] as stress,
    s.p[place.nth['depression']] as depression,
    s.p[place.nth['anxiety']] as anxiety,
    s.p[place.nth['suicidality']] as suicidality,
    coalesce(told.status, 'present') as status
from post
join score as s using (text_hash)
join place using (tagger, revision)
left join told using (text_hash, tagger)
where s.scheme = 'markers' and not isnan(s.p[1])

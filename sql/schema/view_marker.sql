-- One row for each post and tagger, one column for each mental-health marker. Not a diagnosis.
create or replace view marker as
select
    post.post_id, s.tagger,
    s.p[1] as stress,
    s.p[2] as depression,
    s.p[3] as anxiety,
    s.p[4] as suicidality
from post
join score as s using (text_hash)
join (select distinct tagger, revision from label where scheme = 'markers' and current)
    using (tagger, revision)
where s.scheme = 'markers'

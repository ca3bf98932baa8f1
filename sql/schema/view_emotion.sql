-- One row for each post and tagger, one column for each GoEmotions label (probabilities).
create or replace view emotion as
with scheme as (
    select tagger, revision, list(label order by position) as labels,
        list(valence order by position) as valences
    from label
    where scheme = 'goemotions28' and current
    group by tagger, revision
)
select
    post.post_id, s.tagger,
    s.p[1] as admiration,
    s.p[2] as amusement,
    s.p[3] as anger,
    s.p[4] as annoyance,
    s.p[5] as approval,
    s.p[6] as caring,
    s.p[7] as confusion,
    s.p[8] as curiosity,
    s.p[9] as desire,
    s.p[10] as disappointment,
    s.p[11] as disapproval,
    s.p[12] as disgust,
    s.p[13] as embarrassment,
    s.p[14] as excitement,
    s.p[15] as fear,
    s.p[16] as gratitude,
    s.p[17] as grief,
    s.p[18] as joy,
    s.p[19] as love,
    s.p[20] as nervousness,
    s.p[21] as optimism,
    s.p[22] as pride,
    s.p[23] as realization,
    s.p[24] as relief,
    s.p[25] as remorse,
    s.p[26] as sadness,
    s.p[27] as surprise,
    s.p[28] as neutral,
    list_dot_product(s.p, scheme.valences) / list_sum(s.p) as valence,
    scheme.labels[list_position(s.p, list_max(s.p))] as top
from post
join score as s using (text_hash)
join scheme using (tagger, revision)
where s.scheme = 'goemotions28'

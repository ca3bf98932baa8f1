-- Valence in [-1, 1] and intensity in [0, 1] of each post and tagger that has scheme affect; else, as
-- in `emotion`, valence alone, from a scheme with pleasant and unpleasant labels.
create or replace view valence as
with felt as (
    select score.text_hash, score.tagger,
        max(score.p[label.position]) filter (label.label = 'valence') as valence,
        max(score.p[label.position]) filter (label.label = 'intensity') as intensity
    from score
    join label using (tagger, revision, scheme)
    where label.current and label.scheme = 'affect' and not isnan(score.p[label.position])
    group by score.text_hash, score.tagger
),
leaning as (
    select tagger, revision, scheme, list(valence order by position) as valences
    from label
    where current and kind <> 'scale'
    group by tagger, revision, scheme
    having scheme = 'goemotions28' or min(valence) < 0 and max(valence) > 0
    qualify row_number() over (
        partition by tagger order by scheme <> 'goemotions28', scheme
    ) = 1
),
balance as (
    select score.text_hash, score.tagger,
        coalesce(list_dot_product(score.p, leaning.valences) / nullif(list_sum(score.p), 0), 0)
            as valence
    from score
    join leaning using (tagger, revision, scheme)
    where not isnan(score.p[1])
),
known as (
    select text_hash, tagger, coalesce(felt.valence, balance.valence) as valence, felt.intensity
    from felt
    full join balance using (text_hash, tagger)
)
select post.post_id, known.tagger, known.valence, known.intensity
from post
join known using (text_hash)

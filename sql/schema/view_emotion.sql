-- One row for each post and tagger, one column for each GoEmotions label (probabilities). `valence` is
-- the tagger's own (scheme affect) where the text has one, else pleasant minus unpleasant
-- probability, over the sum of all; `top` is the label with the largest probability.
create or replace view emotion as
with place as (
    select tagger, revision, list(label order by position) as labels,
        list(valence order by position) as valences,
        map(list(label), list(position)) as nth
    from label
    where scheme = 'goemotions28' and current
    group by tagger, revision
),
felt as (
    select score.text_hash, score.tagger, score.p[label.position] as valence
    from score
    join label using (tagger, revision, scheme)
    where label.current and label.scheme = 'affect' and label.label = 'valence'
        and not isnan(score.p[label.position])
)
select
    post.post_id, s.tagger,
    s.p[place.nth['admiration']] as admiration,
    s.p[place.nth['amusement']] as amusement,
    s.p[place.nth['anger']] as anger,
    s.p[place.nth['annoyance']] as annoyance,
    s.p[place.nth['approval']] as approval,
    s.p[place.nth['caring']] as caring,
    s.p[place.nth['confusion']] as confusion,
    s.p[place.nth['curiosity']] as curiosity,
    s.p[place.nth['desire']] as desire,
    s.p[place.nth['disappointment']] as disappointment,
    s.p[place.nth['disapproval']] as disapproval,
    s.p[place.nth['disgust']] as disgust,
    s.p[place.nth['embarrassment']] as embarrassment,
    s.p[place.nth['excitement']] as excitement,
    s.p[place.nth['fear']] as fear,
    s.p[place.nth['gratitude']] as gratitude,
    s.p[place.nth['grief']] as grief,
    s.p[place.nth['joy']] as joy,
    s.p[place.nth['love']] as love,
    s.p[place.nth['nervousness']] as nervousness,
    s.p[place.nth['optimism']] as optimism,
    s.p[place.nth['pride']] as pride,
    s.p[place.nth['realization']] as realization,
    s.p[place.nth['relief']] as relief,
    s.p[place.nth['remorse']] as remorse,
    s.p[place.nth['sadness']] as sadness,
    s.p[place.nth['surprise']] as surprise,
    s.p[place.nth['neutral']] as neutral,
    coalesce(felt.valence, list_dot_product(s.p, place.valences) / list_sum(s.p)) as valence,
    place.labels[list_position(s.p, list_max(s.p))] as top
from post
join score as s using (text_hash)
join place using (tagger, revision)
left join felt using (text_hash, tagger)
where s.scheme = 'goemotions28' and not isnan(s.p[1])

-- One row for each post and tagger, one column for each of Ekman's six emotions and neutral. `scheme`
-- is the scheme that the values come from, through the tree where it is another.
create or replace view ekman7 as
select post_id, tagger, scheme,
    p[list_position(labels, 'anger')] as anger,
    p[list_position(labels, 'disgust')] as disgust,
    p[list_position(labels, 'fear')] as fear,
    p[list_position(labels, 'joy')] as joy,
    p[list_position(labels, 'sadness')] as sadness,
    p[list_position(labels, 'surprise')] as surprise,
    p[list_position(labels, 'neutral')] as neutral
from tree_score
where target = 'ekman7'

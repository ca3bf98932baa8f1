-- One row for each post and tagger, one column for each of Parrott's six primary emotions. `scheme`
-- is the scheme that the values come from, through the tree where it is another.
create or replace view parrott6 as
select post_id, tagger, scheme,
    p[list_position(labels, 'love')] as love,
    p[list_position(labels, 'joy')] as joy,
    p[list_position(labels, 'surprise')] as surprise,
    p[list_position(labels, 'anger')] as anger,
    p[list_position(labels, 'sadness')] as sadness,
    p[list_position(labels, 'fear')] as fear
from tree_score
where target = 'parrott6'

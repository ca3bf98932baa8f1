-- One row for each post and tagger, one column for each of EmTract's finance emotions. `scheme` is
-- the scheme that the values come from, through the tree where it is another.
create or replace view emtract7 as
select post_id, tagger, scheme,
    p[list_position(labels, 'neutral')] as neutral,
    p[list_position(labels, 'happy')] as happy,
    p[list_position(labels, 'sad')] as sad,
    p[list_position(labels, 'anger')] as anger,
    p[list_position(labels, 'disgust')] as disgust,
    p[list_position(labels, 'surprise')] as surprise,
    p[list_position(labels, 'fear')] as fear
from tree_score
where target = 'emtract7'

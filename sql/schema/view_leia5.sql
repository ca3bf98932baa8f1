-- One row for each post and tagger, one column for each of LEIA's five emotions (Aroyehun et al.
-- 2023). `scheme` is the scheme that the values come from, through the tree where it is another.
create or replace view leia5 as
select post_id, tagger, scheme,
    p[list_position(labels, 'affection')] as affection,
    p[list_position(labels, 'anger')] as anger,
    p[list_position(labels, 'fear')] as fear,
    p[list_position(labels, 'happiness')] as happiness,
    p[list_position(labels, 'sadness')] as sadness
from tree_score
where target = 'leia5'

-- Scores in the coarse schemes: `p` has the order of `labels`. Labels that are scored each on its
-- own (kind many) join by noisy-or, 1 - product(1 - p); probabilities that sum to one add up.
create or replace view tree_score as
select post.post_id, score.tagger, tree.target, tree.scheme, tree.labels,
    list_transform(tree.positions, lambda places:
        case when len(places) = 1 then score.p[places[1]]
            when tree.kind = 'one' then list_sum(list_select(score.p, places))
            else 1 - list_product(list_transform(list_select(score.p, places), lambda p: 1 - p))
        end::real
    ) as p
from post
join score using (text_hash)
join tree using (tagger, scheme, revision)
where not isnan(score.p[1])

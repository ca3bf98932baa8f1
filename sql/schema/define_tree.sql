-- For each tagger in use and each coarse scheme: which of the tagger's schemes gives its values, and
-- the positions of that scheme's labels beneath each coarse label. The scheme of the same name
-- comes first, then goemotions28, then the one with most labels in the tree; half its labels must be.
create or replace view tree as
with recursive up as (
    select node, parent, node as above, 0 as steps from taxonomy
    union all
    select up.node, taxonomy.parent, taxonomy.node, steps + 1
    from up
    join taxonomy on taxonomy.node = up.parent
),
cut as (
    unpivot (select node, ekman7, parrott6, leia5, emtract7 from taxonomy)
    on ekman7, parrott6, leia5, emtract7 into name target value coarse
),
place as (
    select up.node, cut.target, min_by(cut.coarse, up.steps) as coarse
    from up
    join cut on cut.node = up.above
    group by up.node, cut.target
),
said as (
    select tagger, scheme, revision, kind, label.position, word.node,
        count(word.node) over (partition by tagger, scheme, revision) as known,
        count(*) over (partition by tagger, scheme, revision) as labels
    from label
    left join (select node, unnest(words) as word from taxonomy) as word
        on word.word = lower(label.label)
    where label.current and label.kind <> 'scale'
),
source as (
    select distinct tagger, target, scheme, revision, kind, known
    from said, (select distinct target from cut)
    where 2 * known >= labels
    qualify dense_rank() over (
        partition by tagger, target
        order by scheme <> target, scheme <> 'goemotions28', known desc, scheme
    ) = 1
),
beneath as (
    select tagger, target, scheme, revision, kind, place.coarse,
        list(said.position order by said.position) as positions
    from source
    join said using (tagger, scheme, revision, kind)
    join place using (node, target)
    group by all
)
select tagger, target, scheme, revision, kind, list(coarse order by coarse) as labels,
    list(positions order by coarse) as positions
from beneath
group by all

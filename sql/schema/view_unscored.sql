-- Posts without a score of a tagger in use, and why: 'deleted', 'empty', 'language es', 'not tagged
-- yet' (in at least one of its schemes), 'cannot be scored'. None of them is in a denominator.
create or replace view unscored as
with reader as (
    select tagger, any_value(languages) as languages, count(distinct scheme) as schemes
    from label
    where current
    group by tagger
),
done as (
    select score.text_hash, score.tagger, count(*) as schemes,
        bool_or(not isnan(score.p[1])) as known
    from score
    semi join (select * from label where current) as used using (tagger, revision, scheme)
    group by score.text_hash, score.tagger
)
select post_id, community, created, tagger, why
from (
    select post.post_id, post.community, post.created, reader.tagger,
        case when post.status = 'deleted' then 'deleted'
            when post.text_hash is null then 'empty'
            when reader.languages is not null and post.lang <> 'und'
                and not list_contains(reader.languages, post.lang) then 'language ' || post.lang
            when coalesce(done.schemes, 0) < reader.schemes then 'not tagged yet'
            when not done.known then 'cannot be scored' end as why
    from post
    cross join reader
    left join done using (text_hash, tagger)
)
where why is not null

-- What the database holds.
with fact as (
    select
        (select count(*) from post) as posts,
        (select count(distinct community) from post) as communities,
        (select min(created) from post) as first_post,
        (select max(created) from post) as last_post,
        (select count(*) from eligible) as eligible_posts,
        (select count(*) from eligible where not exists (select 1 from label where current))
            + (
                -- Scored by none of the taggers in use, and read by one.
                select count(*) from (
                    select post_id from unscored
                    semi join (
                        select post_id from post where title <> '' or body <> ''
                    ) as worded using (post_id)
                    group by post_id
                    having bool_or(why = 'not tagged yet') and count(*) = (
                        select count(distinct tagger) from label where current
                    )
                )
            ) as untagged,
        (select count(*) from post where status = 'deleted') as deleted,
        (select count(*) from daily where measure = 'posts') as days,
        (select max(day) from daily) as last_day,
        (select count(distinct asset) from price) as assets,
        (select max(ts) from price) as last_price,
        (select count(*) from event) as events,
        (select coalesce(sum(rows), 0) from reject) as rejected,
        (select count(*) from finding) as findings
)
select 'posts' as item, posts::varchar as value,
    communities || ' communities, ' || coalesce(first_post::date::varchar, '-') || ' to '
        || coalesce(last_post::date::varchar, '-') || ', ' || deleted || ' deleted at the source'
        as detail
from fact
union all
select 'rows refused', rejected::varchar,
    'by rule: affect query "select rule, sum(rows) from reject group by rule"'
from fact
union all
select 'posts to tag', untagged::varchar, 'of ' || eligible_posts || ' eligible' from fact
union all
select 'days', days::varchar, 'up to ' || coalesce(last_day::varchar, '-') from fact
union all
select 'assets', assets::varchar, 'prices up to ' || coalesce(last_price::date::varchar, '-')
from fact
union all
select 'events', events::varchar, '' from fact
union all
select 'findings', findings::varchar, '' from fact

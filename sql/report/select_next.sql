-- What to do next, the most urgent first.
with fact as (
    select
        (select count(*) from post) as posts,
        (select count(*) from eligible where not exists (select 1 from label where current))
            + (
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
        (select max(day) from daily) as last_day,
        (select max(created) from post where text_hash is not null and status <> 'deleted')
            as last_post,
        (select count(*) from finding) as findings,
        (select max(finished) from run where command = 'backup' and status = 'done') as last_backup
),
pipeline as (
    select parameters ->> 'pipeline' as path, status
    from run
    where starts_with(command, 'run ')
    qualify row_number() over (partition by command order by started desc) = 1
)
select what from (
    select 1 as place, 'affect run ' || path as what from pipeline
    where status in ('failed', 'interrupted')
    union all
    select 2, 'affect ingest file PATH --community NAME' from fact where posts = 0
    union all
    select 3, 'affect tag' from fact where untagged > 0
    union all
    select 4, 'affect aggregate' from fact
    where posts > 0 and untagged = 0 and (last_day is null or last_day < last_post::date)
    union all
    select 5, 'affect analyze levels --signal ''*''' from fact
    where last_day is not null and findings = 0
    union all
    select 6, 'affect report -o report.pdf' from fact
    where untagged = 0 and findings > 0 and last_day >= last_post::date
    union all
    select 7, 'affect backup' from fact
    where posts > 0 and (last_backup is null or last_backup < $now - interval 7 days)
)
order by place, what

-- Claims about the community; with an asset on the other side, only about the assets shown. Of a
-- question asked within several families the largest family counts: a pair that is asked for alone
-- after it stood out among many is not tested anew. Of forecasts the newest counts. A signal may
-- have several changepoints: all those of one question.
with about as (
    select finding_id, run_id, analysis, x, y, verdict, p_value, q_value, as_of,
        result::varchar as result, result ->> 'asked' as asked,
        (result ->> 'family_size')::integer as family_size,
        if(analysis = 'forecast', null, as_of) as known
    from finding
    where (starts_with(x, $community || ':') or starts_with(coalesce(y, ''), $community || ':'))
        and not exists (
            select 1 from (select unnest([x, coalesce(y, '')]) as side) as sides
            where starts_with(side, 'asset/')
                and not list_contains($assets, split_part(split_part(side, '/', 2), ':', 1))
        )
)

select * exclude (asked, family_size, known)
from about
qualify rank() over (
    partition by analysis, x, y
    order by family_size desc nulls last, known desc nulls last, asked desc nulls last,
        if(analysis = 'changepoints', null, run_id) desc nulls last,
        if(analysis = 'changepoints', null, finding_id)
) = 1
order by analysis, q_value nulls last, finding_id

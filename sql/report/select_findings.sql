-- Claims about the community; with an asset on the other side, only about the assets shown. Of a
-- question asked within several families the largest family counts: a pair that is asked for alone
-- after it stood out among many is not tested anew. Of forecasts, drivers and causes the newest
-- counts. A signal may have several changepoints: all those of one question; a pair may be asked
-- several questions of one analysis, told apart by `part`. Panels are of many communities and count
-- where they have an asset shown.
with asset as (
    select unnest($assets) as name
),
about as (
    select finding_id, run_id, analysis, x, y, verdict, p_value, q_value, as_of,
        result::varchar as result, result ->> 'asked' as asked,
        if(analysis in ('drivers', 'causes', 'contagion'), null, (result ->> 'family_size')::integer)
            as family_size,
        if(analysis = 'forecast', null, as_of) as known,
        case analysis
            when 'granger' then result ->> 'direction'
            when 'backtest' then result ->> 'rule'
            when 'drivers' then (result ->> 'window') || ' ' || (result ->> 'baseline')
            when 'panel' then result ->> 'model'
            when 'contagion' then result ->> 'kind'
        end as part
    from finding
    where (
        (starts_with(x, $community || ':') or starts_with(coalesce(y, ''), $community || ':'))
        and not exists (
            select 1 from (select unnest([x, coalesce(y, '')]) as side) as sides
            where starts_with(side, 'asset/')
                and not list_contains($assets, split_part(split_part(side, '/', 2), ':', 1))
        )
    )
    or (
        analysis = 'panel'
        and exists (select 1 from asset where 'asset/' || name || ':return' glob finding.y)
    )
)

select * exclude (asked, family_size, known, part)
from about
qualify rank() over (
    partition by analysis, x, y, part
    order by family_size desc nulls last, known desc nulls last, asked desc nulls last,
        if(analysis = 'changepoints', null, run_id) desc nulls last,
        if(analysis = 'changepoints', null, finding_id)
) = 1
order by analysis, q_value nulls last, finding_id

-- Claims about the community; with an asset on the other side, only about the assets shown. Of a
-- question asked within several families the largest family counts: a pair that is asked for alone
-- after it stood out among many is not tested anew. Of forecasts the newest counts.
select finding_id, run_id, analysis, x, y, verdict, p_value, q_value, as_of,
    result::varchar as result
from finding
where (starts_with(x, $community || ':') or starts_with(coalesce(y, ''), $community || ':'))
    and not exists (
        select 1 from (select unnest([x, coalesce(y, '')]) as side) as sides
        where starts_with(side, 'asset/')
            and not list_contains($assets, split_part(split_part(side, '/', 2), ':', 1))
    )
qualify row_number() over (
    partition by analysis, x, y
    order by (result ->> 'family_size')::integer desc nulls last,
        if(analysis = 'forecast', null, as_of) desc nulls last, run_id desc, finding_id
) = 1
order by analysis, q_value nulls last, finding_id

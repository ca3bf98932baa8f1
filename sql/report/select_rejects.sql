-- Input rows that were refused, by rule; an input read twice counts once.
select rule, sum(rows)::bigint as rows
from (
    select source, input, part, rule, max(rows) as rows
    from reject
    group by source, input, part, rule
)
group by rule
order by rows desc, rule

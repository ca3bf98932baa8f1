-- Input rows that were refused, by source and rule; an input read twice counts once.
select source, rule, sum(rows)::bigint as rows, min_by(input, first_row) as input,
    min(first_row) as first_row
from (
    select source, input, part, rule, max(rows) as rows, min(first_row) as first_row
    from reject
    group by source, input, part, rule
)
group by source, rule
order by rows desc, source, rule

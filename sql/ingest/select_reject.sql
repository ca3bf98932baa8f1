-- The rows of an input that were refused so far, by rule.
select rule, sum(rows)::bigint as rows, min(first_row) as first_row
from reject
where source = $source and fingerprint = $fingerprint
group by rule
order by rule

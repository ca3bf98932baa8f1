-- The signals with alerts of which it is not known what came, apart by the step of their rows.
select distinct signal, ends_with(high, $weekly) as weekly
from alert
where outcome is null
order by signal, weekly

-- The signals that match a glob; variants ('@mean', '@raw') only where the pattern has an '@'.
select distinct signal
from signal
where (signal = $pattern or signal glob $pattern)
    and (variant is null or contains($pattern, '@'))
order by signal

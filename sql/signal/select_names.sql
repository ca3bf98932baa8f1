-- The signals that match a glob; variants ('@mean', '@raw') only where the pattern has an '@', and
-- labels of schemes other than the plain one only where its measure has a dot.
select distinct signal, scheme
from signal
where (signal = $pattern or signal glob $pattern)
    and (variant is null or contains($pattern, '@'))
    and (scheme is null or signal = $pattern
        or contains($pattern, ':') and contains(split_part($pattern, ':', -1), '.'))
order by signal

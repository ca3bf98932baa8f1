-- Claims that were stored, the surest first; `finding` has their numbers.
-- $about = *: a signal on either side, globs allowed: 'reddit/CryptoCurrency:*'
-- $analysis = *: xcorr, events, levels, ...
-- $q = 1: the largest q-value; 0.05 leaves what stands out
select finding_id, analysis, x, y, q_value, as_of::date as as_of, verdict
from finding
where (x glob $about or y glob $about) and analysis glob $analysis and coalesce(q_value, 1) <= $q
order by q_value nulls last, analysis, x, y, finding_id

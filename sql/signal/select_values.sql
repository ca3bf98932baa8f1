-- Signals, known by $as_of: one row a signal and day, value null where the day is too thin.
select signal, ts::date as ts, value, linear, posts, share, available_at
from signal
where list_contains($signals, signal) and available_at <= $as_of
order by signal, ts

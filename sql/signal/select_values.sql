-- One signal, known by $as_of: one row a day, value null where the day is too thin.
select ts::date as ts, value, linear, posts, share, available_at
from signal
where signal = $signal and available_at <= $as_of
order by ts

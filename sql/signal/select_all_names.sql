-- Every signal, to suggest from.
select distinct signal from signal where variant is null order by signal

-- High-prevalence periods that were announced, the last first, and what became of them.
-- $signal = *: a signal, globs allowed
select signal, starts::date as starts, ends::date as ends, probability, threshold,
    origin::date as announced, model, outcome
from alert
where signal glob $signal
order by starts desc, signal

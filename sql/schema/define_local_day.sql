-- The day on which a moment (UTC) lies, on the clock by which the daily series were cut.
create or replace macro local_day(moment) as timezone(
    (select coalesce(max(value), 'UTC') from meta where key = 'zone.day'), timezone('UTC', moment)
)::date

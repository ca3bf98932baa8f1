-- The time zone in which the daily series were cut into days.
select coalesce(max(value), 'UTC') as zone from meta where key = 'zone.day'

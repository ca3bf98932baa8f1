-- The start of the week in which a moment lies, as the weeks of the series are cut: what is removed
-- before it leaves no bucket half empty.
select coalesce(max(ts), date_trunc('week', $before::timestamp)) from prevalence
where freq = 'week' and ts <= $before

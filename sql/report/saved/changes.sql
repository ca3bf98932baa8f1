-- Which measures moved: the mean of the last days with a value against that of the days before.
-- $community = *: a community, globs allowed
-- $recent = 7: days that are compared
-- $before = 28: days that they are compared with
with placed as (
    select community, measure, value,
        row_number() over (partition by community, measure order by day desc) as back
    from daily
    where value is not null and community glob $community
)
select community, measure,
    avg(value) filter (back <= $recent) as now,
    avg(value) filter (back > $recent) as before,
    avg(value) filter (back <= $recent) - avg(value) filter (back > $recent) as change
from placed
where back <= $recent + $before
group by community, measure
having count(*) = $recent + $before
order by community, abs(change) desc, measure

-- Stretches of more than four days, between what of a source is covered, for which no row was read:
-- of each source the newest five.
with covered as (
    select source, first, last,
        max(last) over (
            partition by source order by first, last
            rows between unbounded preceding and 1 preceding
        ) as before
    from ledger
    where part >= 0 and first is not null and last is not null
)
select 'gap in ' || source as item,
    strftime(before, '%Y-%m-%d') || ' to ' || strftime(first, '%Y-%m-%d') as value,
    date_diff('day', before, first) || ' days without a row' as detail
from covered
where first > before + interval 4 days
qualify row_number() over (partition by source order by first desc) <= 5
order by source, first

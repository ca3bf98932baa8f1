-- How old the newest row of every source is.
with newest as (
    select 1 as place, 'posts of ' || source as item, max(created) as ts, count(*) as rows
    from post
    group by source
    union all
    select 2, asset || ' by the ' || bar || ' from ' || source, max(ts), count(*)
    from price
    group by asset, bar, source
    union all
    select 3, 'series ' || name, max(ts), count(*)
    from series
    group by name
)
select item, strftime(ts, '%Y-%m-%d %H:%M UTC') as value,
    case when ts > $now then 'ahead of now'
        when ts > $now - interval 2 days
            then date_diff('minute', ts, $now) // 60 || ' hours behind'
        else date_diff('day', ts, $now) || ' days behind' end
        || ', ' || rows || ' rows' as detail
from newest
order by place, item

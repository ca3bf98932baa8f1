-- Of every step and pipeline: its last success, and what has gone wrong since.
with ending as (
    select command,
        max(started) filter (where status = 'done') as success,
        max_by(message, started) filter (where status = 'done') as said
    from run
    group by command
),
trouble as (
    select command, status, started, message, exit_code
    from run
    where status in ('failed', 'interrupted')
    qualify row_number() over (partition by command order by started desc) = 1
)
select command as item, coalesce(strftime(success, '%Y-%m-%d %H:%M UTC'), 'never') as value,
    case when trouble.started > coalesce(success, timestamp '1970-01-01')
        then trouble.status || ' on ' || strftime(trouble.started, '%Y-%m-%d %H:%M UTC')
            || coalesce(', exit ' || exit_code, '') || ': ' || coalesce(trouble.message, '')
        else coalesce(said, '') end as detail
from ending
left join trouble using (command)
order by starts_with(command, 'run '), coalesce(success, trouble.started) desc

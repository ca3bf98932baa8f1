-- What ran last, how long it took, and how it ended.
-- $command = *: a command, globs allowed: 'ingest *'
-- $rows = 20: how many
select started, command, status, exit_code, date_diff('second', started, finished) as seconds,
    rows_in, rows_out, message, run_id
from run
where command glob $command
order by started desc, run_id desc
limit $rows

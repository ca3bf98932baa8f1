-- Every question that earlier backtests asked, and the most rules it tried at once.
select parameters::varchar as parameters, max(rows_in)::bigint as rules
from run
where command = 'analyze backtest' and status = 'done' and rows_in > 0 and run_id <> $run_id
group by parameters::varchar
order by parameters

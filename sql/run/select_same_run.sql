-- The last successful run of this command in this very state, if there is one.
select run_id from run
where command = $command and state = $state and status = 'done'
order by started desc
limit 1

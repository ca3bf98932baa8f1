-- Note that a command has begun.
insert into run (run_id, command, parameters, state, versions, seed, started, status)
values ($run_id, $command, $parameters, $state, $versions, $seed, $started, 'running')

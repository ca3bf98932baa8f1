-- One execution of one command.
create table if not exists run (
    run_id varchar not null,
    command varchar not null,
    parameters json not null,
    state varchar,                    -- fingerprint of parameters, versions and the tables read
    versions json not null,
    seed bigint not null,
    started timestamp not null,
    finished timestamp,
    status varchar not null,          -- running, done, failed
    exit_code integer,
    rows_in bigint,
    rows_out bigint,
    message varchar
)

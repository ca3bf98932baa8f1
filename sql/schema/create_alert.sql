-- One row for each high-prevalence period that a forecast announced.
create table if not exists alert (
    run_id varchar not null,
    signal varchar not null,
    model varchar not null,
    origin timestamp not null,
    starts timestamp not null,
    ends timestamp not null,
    probability double not null,
    threshold double not null,
    high varchar not null,
    horizon integer not null,
    outcome varchar                   -- hit or miss, once it is known
)

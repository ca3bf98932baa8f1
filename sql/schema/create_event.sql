-- Dated events. Natural key: event_id.
create table if not exists event (
    event_id varchar not null,
    ts timestamp not null,
    ends timestamp,
    name varchar not null,
    category varchar,
    scope varchar,
    source varchar not null,
    run_id varchar not null
)

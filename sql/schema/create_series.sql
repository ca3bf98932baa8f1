-- Any other dated number. Natural key: (name, measure, ts).
create table if not exists series (
    name varchar not null,
    measure varchar not null,
    ts timestamp not null,
    value double,
    available_at timestamp not null,
    run_id varchar not null
)

-- Price bars. Natural key: (asset, bar, ts). available_at is the close of the bar.
create table if not exists price (
    asset varchar not null,
    ts timestamp not null,
    bar varchar not null,
    open double,
    high double,
    low double,
    close double not null,
    volume double,
    source varchar not null,
    available_at timestamp not null,
    run_id varchar not null
)

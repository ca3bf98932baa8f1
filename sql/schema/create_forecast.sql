-- One row for each day ahead of a forecast.
create table if not exists forecast (
    run_id varchar not null,
    signal varchar not null,
    model varchar not null,
    chosen boolean not null,
    origin timestamp not null,
    ts timestamp not null,
    mean double, q05 double, q10 double, q25 double, q50 double, q75 double, q90 double, q95 double,
    p_high double,
    threshold double,
    high varchar not null,            -- what counted as high, as it was asked for
    horizon integer not null          -- days ahead that were asked for
)

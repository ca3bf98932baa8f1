-- Input rows that were refused: how many, by which rule, and the first of them.
create table if not exists reject (
    source varchar not null,
    input varchar not null,
    fingerprint varchar not null,
    part integer not null,
    rule varchar not null,
    rows bigint not null,
    first_row bigint not null,        -- 1-based row of the input, header not counted
    run_id varchar not null
)

-- One row for each claim; every sentence of a report points at one.
create table if not exists finding (
    finding_id varchar not null,
    run_id varchar not null,
    analysis varchar not null,
    x varchar not null,               -- the signal that the claim is about
    y varchar,
    verdict varchar not null,         -- the claim in words
    p_value double,
    q_value double,
    as_of timestamp not null,         -- the last available_at that the claim rests on
    result json not null
)

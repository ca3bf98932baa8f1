-- Which interval of which source is covered: one row for each committed batch of an input.
create table if not exists ledger (
    source varchar not null,
    input varchar not null,           -- file name or address
    fingerprint varchar not null,     -- content and options; the same pair is never read twice
    part integer not null,            -- batch number; -1 says the input was read to its end
    first timestamp,
    last timestamp,
    rows_read bigint not null,
    added bigint not null,
    updated bigint not null,
    duplicates bigint not null,
    rejected bigint not null,
    run_id varchar not null
)

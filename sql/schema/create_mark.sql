-- What a remote source is remembered by between runs: how far it was read, and what its pages were.
-- Natural key: (source, input, name).
create table if not exists mark (
    source varchar not null,
    input varchar not null,           -- address, as in `ledger`
    name varchar not null,            -- what is remembered: 'topic:12', 'page', 'read'
    value json not null,
    run_id varchar not null
)

-- One row for each distinct text and tagger revision: a probability per label of the scheme.
create table if not exists score (
    text_hash ubigint not null,
    tagger varchar not null,
    revision varchar not null,
    scheme varchar not null,
    p real[] not null,
    run_id varchar not null
)

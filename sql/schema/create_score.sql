-- One row for each distinct text, tagger, scheme and revision: a number per label of the scheme, nan
-- where the text cannot be scored.
create table if not exists score (
    text_hash ubigint not null,
    tagger varchar not null,
    revision varchar not null,
    scheme varchar not null,
    p real[] not null,
    run_id varchar not null
)

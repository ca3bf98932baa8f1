-- The span that caused an emotion, in the post itself or in an earlier post of its thread.
create table if not exists cause (
    post_id varchar not null,
    tagger varchar not null,
    emotion varchar not null,
    span varchar,
    start integer,
    stop integer,
    evidence_post_id varchar,
    kind varchar not null,            -- self, parent, same-author, none
    category varchar,
    score real,
    run_id varchar not null
)

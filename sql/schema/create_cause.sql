-- The span that caused an emotion, in the post itself or in an earlier post of its thread. Natural
-- key: (post_id, tagger, revision, emotion).
create table if not exists cause (
    post_id varchar not null,
    tagger varchar not null,
    emotion varchar not null,
    span varchar,                     -- verbatim; null where kind is none
    start integer,                    -- first character, 0-based, of title, blank line, body
    stop integer,                     -- one past the last character
    evidence_post_id varchar,
    kind varchar not null,            -- self, parent, same-author, none
    category varchar,
    score real,
    run_id varchar not null,
    revision varchar not null
)

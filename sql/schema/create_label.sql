-- The labels of every tagger revision ever used, with its threshold and validation counts.
create table if not exists label (
    tagger varchar not null,
    revision varchar not null,
    scheme varchar not null,
    position integer not null,        -- 1-based index into score.p
    label varchar not null,
    valence real not null,            -- -1, 0 or 1
    threshold real not null,
    tp integer not null,
    fn integer not null,
    fp integer not null,
    tn integer not null,
    current boolean not null          -- the revision that views and aggregates read
)

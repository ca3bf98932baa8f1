-- The labels of every tagger revision ever used: how a score becomes a decision, and what validation
-- says about its errors. A label whose counts are 0 was never validated: its share is counted, with
-- the sampling interval alone, and not corrected.
create table if not exists label (
    tagger varchar not null,
    revision varchar not null,        -- of the scheme: two schemes of a tagger change apart
    scheme varchar not null,
    position integer not null,        -- 1-based index into score.p
    label varchar not null,
    valence real not null,            -- -1, 0 or 1
    threshold real,                   -- null in a scheme of kind 'scale', which decides nothing
    tp integer not null,
    fn integer not null,
    fp integer not null,
    tn integer not null,
    current boolean not null,         -- the revision that views and aggregates read
    kind varchar not null,            -- many: p >= threshold; one: largest p / threshold; scale: none
    weak boolean not null,            -- too little validation support: in no report, level or alert
    languages varchar[]               -- that the tagger reads, ISO 639-1; null is any
)

-- Community time series at any frequency; `daily` is its view for days.
create table if not exists prevalence (
    freq varchar not null,            -- hour, day, week
    community varchar not null,
    ts timestamp not null,            -- start of the bucket, UTC
    measure varchar not null,         -- a label, 'valence', or 'posts'
    value double,                     -- corrected for the classifier's known errors, in [0, 1]
    low double,
    high double,
    raw double,                       -- classify-and-count
    mean double,                      -- mean probability
    mean_low double,
    mean_high double,
    posts bigint not null,            -- the denominator: all eligible posts of the bucket
    authors bigint not null,
    why varchar,                      -- why value is null
    available_at timestamp not null,
    run_id varchar not null,
    emq double                        -- a second estimate, from the probabilities
)

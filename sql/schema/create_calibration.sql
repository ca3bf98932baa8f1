-- How often a tagger errs in one community, counted on its posts labelled by hand; there it takes the
-- place of the validation counts in `label`. The counts are effective ones: the shares are weighted
-- by the sampling design, and their sums say how much they are worth.
create table if not exists calibration (
    community varchar not null,
    tagger varchar not null,
    scheme varchar not null,
    revision varchar not null,        -- counts say nothing of another revision
    label varchar not null,
    tp double not null,
    fn double not null,
    fp double not null,
    tn double not null,
    posts bigint not null,            -- that were labelled
    run_id varchar not null
)

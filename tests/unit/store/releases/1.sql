-- The schema as version 1 of it was made: every file of sql/schema/ in the order of their names.
create table if not exists alert (
    run_id varchar not null,
    signal varchar not null,
    model varchar not null,
    origin timestamp not null,
    starts timestamp not null,
    ends timestamp not null,
    probability double not null,
    threshold double not null,
    high varchar not null,
    horizon integer not null,
    outcome varchar                   -- hit or miss, once it is known
)
;
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
;
create table if not exists counter (
    name varchar not null,
    changes bigint not null
)
;
create table if not exists event (
    event_id varchar not null,
    ts timestamp not null,
    ends timestamp,
    name varchar not null,
    category varchar,
    scope varchar,
    source varchar not null,
    run_id varchar not null
)
;
create table if not exists finding (
    finding_id varchar not null,
    run_id varchar not null,
    analysis varchar not null,
    x varchar not null,               -- the signal that the claim is about
    y varchar,
    verdict varchar not null,         -- the claim in words
    p_value double,
    q_value double,
    as_of timestamp not null,         -- the last available_at that the claim rests on
    result json not null
)
;
create table if not exists forecast (
    run_id varchar not null,
    signal varchar not null,
    model varchar not null,
    chosen boolean not null,
    origin timestamp not null,
    ts timestamp not null,
    mean double, q05 double, q10 double, q25 double, q50 double, q75 double, q90 double, q95 double,
    p_high double,
    threshold double,
    high varchar not null,            -- what counted as high, as it was asked for
    horizon integer not null          -- days ahead that were asked for
)
;
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
;
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
;
create table if not exists meta (
    key varchar not null,
    value varchar not null
)
;
create table if not exists post (
    post_id varchar not null,
    source varchar not null,
    community varchar not null,
    kind varchar not null,            -- submission, comment, message
    parent_id varchar,
    thread_id varchar,
    author varchar,                   -- keyed hash; null where the source gives none
    created timestamp not null,
    title varchar not null,
    body varchar not null,
    lang varchar not null,            -- ISO 639-1, or 'und' where the text is too short to tell
    score bigint,
    replies bigint,
    symbols varchar[] not null,
    text_hash ubigint,                -- of title and body as the taggers see them; null without text
    norm_hash ubigint,                -- of title and body without URLs, @users, spaces and case
    status varchar not null,          -- live, edited, deleted
    ingested timestamp not null,
    run_id varchar not null
)
;
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
    run_id varchar not null
)
;
create table if not exists price (
    asset varchar not null,
    ts timestamp not null,
    bar varchar not null,
    open double,
    high double,
    low double,
    close double not null,
    volume double,
    source varchar not null,
    available_at timestamp not null,
    run_id varchar not null
)
;
create table if not exists reject (
    source varchar not null,
    input varchar not null,
    fingerprint varchar not null,
    part integer not null,
    rule varchar not null,
    rows bigint not null,
    first_row bigint not null,        -- 1-based row of the input, header not counted
    run_id varchar not null
)
;
create table if not exists run (
    run_id varchar not null,
    command varchar not null,
    parameters json not null,
    state varchar,                    -- fingerprint of parameters, versions and the tables read
    versions json not null,
    seed bigint not null,
    started timestamp not null,
    finished timestamp,
    status varchar not null,          -- running, done, failed
    exit_code integer,
    rows_in bigint,
    rows_out bigint,
    message varchar
)
;
create table if not exists score (
    text_hash ubigint not null,
    tagger varchar not null,
    revision varchar not null,
    scheme varchar not null,
    p real[] not null,
    run_id varchar not null
)
;
create table if not exists series (
    name varchar not null,
    measure varchar not null,
    ts timestamp not null,
    value double,
    available_at timestamp not null,
    run_id varchar not null
)
;
create or replace view daily as
select
    community, ts::date as day, measure, value, low, high, raw, posts, authors, available_at,
    mean, mean_low, mean_high, why
from prevalence
where freq = 'day'
;
create or replace view eligible as
select *
from post
where text_hash is not null and status <> 'deleted' and lang in ('en', 'und')
;
create or replace view emotion as
with scheme as (
    select tagger, revision, list(label order by position) as labels,
        list(valence order by position) as valences
    from label
    where scheme = 'goemotions28' and current
    group by tagger, revision
)
select
    post.post_id, s.tagger,
    s.p[1] as admiration,
    s.p[2] as amusement,
    s.p[3] as anger,
    s.p[4] as annoyance,
    s.p[5] as approval,
    s.p[6] as caring,
    s.p[7] as confusion,
    s.p[8] as curiosity,
    s.p[9] as desire,
    s.p[10] as disappointment,
    s.p[11] as disapproval,
    s.p[12] as disgust,
    s.p[13] as embarrassment,
    s.p[14] as excitement,
    s.p[15] as fear,
    s.p[16] as gratitude,
    s.p[17] as grief,
    s.p[18] as joy,
    s.p[19] as love,
    s.p[20] as nervousness,
    s.p[21] as optimism,
    s.p[22] as pride,
    s.p[23] as realization,
    s.p[24] as relief,
    s.p[25] as remorse,
    s.p[26] as sadness,
    s.p[27] as surprise,
    s.p[28] as neutral,
    list_dot_product(s.p, scheme.valences) / list_sum(s.p) as valence,
    scheme.labels[list_position(s.p, list_max(s.p))] as top
from post
join score as s using (text_hash)
join scheme using (tagger, revision)
where s.scheme = 'goemotions28'
;
create or replace view marker as
select
    post.post_id, s.tagger,
    s.p[1] as stress,
    s.p[2] as depression,
    s.p[3] as anxiety,
    s.p[4] as suicidality
from post
join score as s using (text_hash)
join (select distinct tagger, revision from label where scheme = 'markers' and current)
    using (tagger, revision)
where s.scheme = 'markers'
;
create or replace view signal as
with priced as (
    select *, ln(close / lag(close) over (partition by asset order by ts)) as log_return
    from price
    where bar = '1d'
),
share as (
    select community || ':' || measure as name, * from daily
    where measure not in ('posts', 'valence')
)
select name as signal, null::varchar as variant, day as ts, value,
    if(value is null, null, raw) as linear, posts::double as posts, true as share, available_at
from share
union all
select name || '@mean', 'mean', day, mean, mean, posts::double, true, available_at from share
union all
select name || '@raw', 'raw', day, raw, raw, posts::double, true, available_at from share
union all
select community || ':' || measure, null, day, value, value, posts::double, false, available_at
from daily where measure in ('posts', 'valence')
union all
select 'asset/' || asset || ':return', null, ts::date, log_return, log_return, null, false,
    available_at
from priced
union all
select 'asset/' || asset || ':volatility', null, ts::date,
    case when low > 0 and high >= low then ln(high / low) / sqrt(4 * ln(2)) end as volatility,
    volatility, null, false, available_at
from priced
union all
select 'asset/' || asset || ':close', null, ts::date, close, close, null, false, available_at
from priced
union all
select 'asset/' || asset || ':volume', null, ts::date, volume, volume, null, false, available_at
from priced
union all
select 'series/' || name || ':' || measure, null, ts::date, value, value, null, false, available_at
from series
;

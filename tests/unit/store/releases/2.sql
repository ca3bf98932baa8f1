-- The schema as version 2 of it was made: every file of sql/schema/ in the order of their names.
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
    span varchar,                     -- verbatim; null where kind is none
    start integer,                    -- first character, 0-based, in the evidence post's text as the
    stop integer,                     -- tagger reads it (title, blank line, body); one past the last
    evidence_post_id varchar,
    kind varchar not null,            -- self, parent, same-author, none
    category varchar,
    score real,
    run_id varchar not null,
    revision varchar not null
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
create or replace view current_label as
select *,
    case when scheme in ('goemotions28', 'markers', 'affect') then label
        when scheme <> 'status' then scheme || '.' || label end as measure
from label
where current
;
create or replace view taxonomy as
select *
from (values
    ('emotion', null, null, null, null, null, null, []),
    ('neutral', 'emotion', 'neutral', 'neutral', null, null, 'neutral', ['neutral']),
    ('happiness', 'emotion', null, 'joy', null, null, 'happy', []),
    ('love', 'happiness', 'love', null, 'love', 'affection', null, ['love']),
    ('affection', 'love', null, null, null, null, null, ['affection', 'tenderness', 'compassion']),
    ('caring', 'affection', 'caring', null, null, null, null, ['caring']),
    ('lust', 'love', null, null, null, null, null, ['lust', 'passion']),
    ('longing', 'love', null, null, null, null, null, ['longing']),
    ('desire', 'longing', 'desire', null, null, null, null, ['desire']),
    ('joy', 'happiness', 'joy', null, 'joy', 'happiness', null, ['joy', 'happiness', 'happy']),
    ('cheerfulness', 'joy', null, null, null, null, null, ['cheerfulness']),
    ('amusement', 'cheerfulness', 'amusement', null, null, null, null, ['amusement']),
    ('zest', 'joy', null, null, null, null, null, ['zest', 'enthusiasm']),
    ('excitement', 'zest', 'excitement', null, null, null, null, ['excitement']),
    ('contentment', 'joy', null, null, null, null, null, ['contentment']),
    ('approval', 'contentment', 'approval', null, null, null, null, ['approval']),
    ('gratitude', 'contentment', 'gratitude', null, null, null, null, ['gratitude']),
    ('pride', 'joy', 'pride', null, null, null, null, ['pride']),
    ('optimism', 'joy', 'optimism', null, null, null, null, ['optimism', 'hope']),
    ('enthrallment', 'joy', null, null, null, null, null, ['enthrallment']),
    ('admiration', 'enthrallment', 'admiration', null, null, null, null, ['admiration']),
    ('relief', 'joy', 'relief', null, null, null, null, ['relief']),
    ('surprise', 'emotion', 'surprise', 'surprise', 'surprise', null, 'surprise',
        ['surprise', 'amazement', 'astonishment']),
    ('confusion', 'surprise', 'confusion', null, null, null, null, ['confusion']),
    ('curiosity', 'surprise', 'curiosity', null, null, null, null, ['curiosity']),
    ('realization', 'surprise', 'realization', null, null, null, null, ['realization']),
    ('anger', 'emotion', 'anger', 'anger', 'anger', 'anger', 'anger', ['anger', 'angry']),
    ('irritation', 'anger', null, null, null, null, null, ['irritation', 'aggravation']),
    ('annoyance', 'irritation', 'annoyance', null, null, null, null, ['annoyance']),
    ('disapproval', 'irritation', 'disapproval', null, null, null, null, ['disapproval']),
    ('exasperation', 'anger', null, null, null, null, null, ['exasperation', 'frustration']),
    ('rage', 'anger', null, null, null, null, null, ['rage', 'fury', 'hate']),
    ('disgust', 'anger', 'disgust', 'disgust', null, null, 'disgust', ['disgust', 'contempt']),
    ('envy', 'anger', null, null, null, null, null, ['envy', 'jealousy']),
    ('torment', 'anger', null, null, null, null, null, ['torment']),
    ('sadness', 'emotion', 'sadness', 'sadness', 'sadness', 'sadness', 'sad', ['sadness', 'sad']),
    ('suffering', 'sadness', null, null, null, null, null, ['suffering', 'anguish', 'hurt']),
    ('sorrow', 'sadness', null, null, null, null, null, ['sorrow', 'despair', 'pessimism']),
    ('grief', 'sorrow', 'grief', null, null, null, null, ['grief']),
    ('disappointment', 'sadness', 'disappointment', null, null, null, null, ['disappointment']),
    ('shame', 'sadness', null, null, null, null, null, ['shame', 'guilt', 'regret']),
    ('remorse', 'shame', 'remorse', null, null, null, null, ['remorse']),
    ('neglect', 'sadness', null, null, null, null, null, ['neglect', 'loneliness']),
    ('embarrassment', 'neglect', 'embarrassment', null, null, null, null, ['embarrassment']),
    ('sympathy', 'sadness', null, null, null, null, null, ['sympathy', 'pity']),
    ('fear', 'emotion', 'fear', 'fear', 'fear', 'fear', 'fear', ['fear', 'scared', 'afraid']),
    ('horror', 'fear', null, null, null, null, null, ['horror', 'terror', 'panic']),
    ('nervousness', 'fear', 'nervousness', null, null, null, null,
        ['nervousness', 'anxiety', 'worry'])
) as tree(node, parent, goemotions28, ekman7, parrott6, leia5, emtract7, words)
;
create or replace view tree as
with recursive up as (
    select node, parent, node as above, 0 as steps from taxonomy
    union all
    select up.node, taxonomy.parent, taxonomy.node, steps + 1
    from up
    join taxonomy on taxonomy.node = up.parent
),
cut as (
    unpivot (select node, ekman7, parrott6, leia5, emtract7 from taxonomy)
    on ekman7, parrott6, leia5, emtract7 into name target value coarse
),
place as (
    select up.node, cut.target, min_by(cut.coarse, up.steps) as coarse
    from up
    join cut on cut.node = up.above
    group by up.node, cut.target
),
said as (
    select tagger, scheme, revision, kind, label.position, word.node,
        count(word.node) over (partition by tagger, scheme, revision) as known,
        count(*) over (partition by tagger, scheme, revision) as labels
    from label
    left join (select node, unnest(words) as word from taxonomy) as word
        on word.word = lower(label.label)
    where label.current and label.kind <> 'scale'
),
source as (
    select distinct tagger, target, scheme, revision, kind, known
    from said, (select distinct target from cut)
    where 2 * known >= labels
    qualify dense_rank() over (
        partition by tagger, target
        order by scheme <> target, scheme <> 'goemotions28', known desc, scheme
    ) = 1
),
beneath as (
    select tagger, target, scheme, revision, kind, place.coarse,
        list(said.position order by said.position) as positions
    from source
    join said using (tagger, scheme, revision, kind)
    join place using (node, target)
    group by all
)
select tagger, target, scheme, revision, kind, list(coarse order by coarse) as labels,
    list(positions order by coarse) as positions
from beneath
group by all
;
create or replace view tree_score as
select post.post_id, score.tagger, tree.target, tree.scheme, tree.labels,
    list_transform(tree.positions, lambda places:
        case when len(places) = 1 then score.p[places[1]]
            when tree.kind = 'one' then list_sum(list_select(score.p, places))
            else 1 - list_product(list_transform(list_select(score.p, places), lambda p: 1 - p))
        end::real
    ) as p
from post
join score using (text_hash)
join tree using (tagger, scheme, revision)
where not isnan(score.p[1])
;
create or replace view daily as
select
    community, ts::date as day, measure, value, low, high, raw, posts, authors, available_at,
    mean, mean_low, mean_high, why
from prevalence
where freq = 'day'
;
create or replace view ekman7 as
select post_id, tagger, scheme,
    p[list_position(labels, 'anger')] as anger,
    p[list_position(labels, 'disgust')] as disgust,
    p[list_position(labels, 'fear')] as fear,
    p[list_position(labels, 'joy')] as joy,
    p[list_position(labels, 'sadness')] as sadness,
    p[list_position(labels, 'surprise')] as surprise,
    p[list_position(labels, 'neutral')] as neutral
from tree_score
where target = 'ekman7'
;
create or replace view eligible as
select *
from post
where text_hash is not null and status <> 'deleted'
;
create or replace view emotion as
with place as (
    select tagger, revision, list(label order by position) as labels,
        list(valence order by position) as valences,
        map(list(label), list(position)) as nth
    from label
    where scheme = 'goemotions28' and current
    group by tagger, revision
),
felt as (
    select score.text_hash, score.tagger, score.p[label.position] as valence
    from score
    join label using (tagger, revision, scheme)
    where label.current and label.scheme = 'affect' and label.label = 'valence'
        and not isnan(score.p[label.position])
)
select
    post.post_id, s.tagger,
    s.p[place.nth['admiration']] as admiration,
    s.p[place.nth['amusement']] as amusement,
    s.p[place.nth['anger']] as anger,
    s.p[place.nth['annoyance']] as annoyance,
    s.p[place.nth['approval']] as approval,
    s.p[place.nth['caring']] as caring,
    s.p[place.nth['confusion']] as confusion,
    s.p[place.nth['curiosity']] as curiosity,
    s.p[place.nth['desire']] as desire,
    s.p[place.nth['disappointment']] as disappointment,
    s.p[place.nth['disapproval']] as disapproval,
    s.p[place.nth['disgust']] as disgust,
    s.p[place.nth['embarrassment']] as embarrassment,
    s.p[place.nth['excitement']] as excitement,
    s.p[place.nth['fear']] as fear,
    s.p[place.nth['gratitude']] as gratitude,
    s.p[place.nth['grief']] as grief,
    s.p[place.nth['joy']] as joy,
    s.p[place.nth['love']] as love,
    s.p[place.nth['nervousness']] as nervousness,
    s.p[place.nth['optimism']] as optimism,
    s.p[place.nth['pride']] as pride,
    s.p[place.nth['realization']] as realization,
    s.p[place.nth['relief']] as relief,
    s.p[place.nth['remorse']] as remorse,
    s.p[place.nth['sadness']] as sadness,
    s.p[place.nth['surprise']] as surprise,
    s.p[place.nth['neutral']] as neutral,
    coalesce(felt.valence, list_dot_product(s.p, place.valences) / list_sum(s.p)) as valence,
    place.labels[list_position(s.p, list_max(s.p))] as top
from post
join score as s using (text_hash)
join place using (tagger, revision)
left join felt using (text_hash, tagger)
where s.scheme = 'goemotions28' and not isnan(s.p[1])
;
create or replace view emtract7 as
select post_id, tagger, scheme,
    p[list_position(labels, 'neutral')] as neutral,
    p[list_position(labels, 'happy')] as happy,
    p[list_position(labels, 'sad')] as sad,
    p[list_position(labels, 'anger')] as anger,
    p[list_position(labels, 'disgust')] as disgust,
    p[list_position(labels, 'surprise')] as surprise,
    p[list_position(labels, 'fear')] as fear
from tree_score
where target = 'emtract7'
;
create or replace view goemotions28 as
select * exclude (valence, top) from emotion
;
create or replace view leia5 as
select post_id, tagger, scheme,
    p[list_position(labels, 'affection')] as affection,
    p[list_position(labels, 'anger')] as anger,
    p[list_position(labels, 'fear')] as fear,
    p[list_position(labels, 'happiness')] as happiness,
    p[list_position(labels, 'sadness')] as sadness
from tree_score
where target = 'leia5'
;
create or replace view marker as
with place as (
    select tagger, revision, map(list(label), list(position)) as nth
    from label
    where scheme = 'markers' and current
    group by tagger, revision
),
said as (
    select tagger, revision, list(label order by position) as labels,
        list(greatest(coalesce(threshold, 1), 1e-6) order by position) as thresholds
    from label
    where scheme = 'status' and current
    group by tagger, revision
),
told as (
    select text_hash, tagger, labels[list_position(weight, list_max(weight))] as status
    from (
        select score.text_hash, score.tagger, said.labels,
            list_transform(score.p, lambda p, i: p / said.thresholds[i]) as weight
        from score
        join said using (tagger, revision)
        where score.scheme = 'status' and not isnan(score.p[1])
    )
)
select
    post.post_id, s.tagger,
    s.p[place.nth['stress']] as stress,
    s.p[place.nth['depression']] as depression,
    s.p[place.nth['anxiety']] as anxiety,
    s.p[place.nth['suicidality']] as suicidality,
    coalesce(told.status, 'present') as status
from post
join score as s using (text_hash)
join place using (tagger, revision)
left join told using (text_hash, tagger)
where s.scheme = 'markers' and not isnan(s.p[1])
;
create or replace view parrott6 as
select post_id, tagger, scheme,
    p[list_position(labels, 'love')] as love,
    p[list_position(labels, 'joy')] as joy,
    p[list_position(labels, 'surprise')] as surprise,
    p[list_position(labels, 'anger')] as anger,
    p[list_position(labels, 'sadness')] as sadness,
    p[list_position(labels, 'fear')] as fear
from tree_score
where target = 'parrott6'
;
create or replace view readable as
select eligible.*, reader.tagger
from eligible
join (
    select tagger, any_value(languages) as languages from label where current group by tagger
) as reader
    on reader.languages is null or eligible.lang = 'und'
        or list_contains(reader.languages, eligible.lang)
;
create or replace view signal as
with priced as (
    select *, ln(close / lag(close) over (partition by asset order by ts)) as log_return
    from price
    where bar = '1d'
),
measured as (
    select daily.*, community || ':' || daily.measure as name,
        if(contains(daily.measure, '.'), split_part(daily.measure, '.', 1), null) as scheme,
        daily.measure not in ('posts', 'valence') and not exists (
            select 1 from current_label
            where current_label.measure = daily.measure and current_label.kind = 'scale'
        ) as share
    from daily
)
select name as signal, null::varchar as variant, day as ts, value,
    if(value is null, null, if(share, raw, value)) as linear,
    posts::double as posts, share, available_at, scheme
from measured
union all
select name || '@mean', 'mean', day, mean, mean, posts::double, true, available_at, scheme
from measured where share
union all
select name || '@raw', 'raw', day, raw, raw, posts::double, true, available_at, scheme
from measured where share
union all
select 'asset/' || asset || ':return', null, ts::date, log_return, log_return, null, false,
    available_at, null
from priced
union all
select 'asset/' || asset || ':volatility', null, ts::date,
    case when low > 0 and high >= low then ln(high / low) / sqrt(4 * ln(2)) end as volatility,
    volatility, null, false, available_at, null
from priced
union all
select 'asset/' || asset || ':close', null, ts::date, close, close, null, false, available_at, null
from priced
union all
select 'asset/' || asset || ':volume', null, ts::date, volume, volume, null, false, available_at,
    null
from priced
union all
select 'series/' || name || ':' || measure, null, ts::date, value, value, null, false,
    available_at, null
from series
;
create or replace view unscored as
with reader as (
    select tagger, any_value(languages) as languages, count(distinct scheme) as schemes
    from label
    where current
    group by tagger
),
done as (
    select score.text_hash, score.tagger, count(*) as schemes,
        bool_or(not isnan(score.p[1])) as known
    from score
    semi join (select * from label where current) as used using (tagger, revision, scheme)
    group by score.text_hash, score.tagger
)
select post_id, community, created, tagger, why
from (
    select post.post_id, post.community, post.created, reader.tagger,
        case when post.status = 'deleted' then 'deleted'
            when post.text_hash is null then 'empty'
            when reader.languages is not null and post.lang <> 'und'
                and not list_contains(reader.languages, post.lang) then 'language ' || post.lang
            when coalesce(done.schemes, 0) < reader.schemes then 'not tagged yet'
            when not done.known then 'cannot be scored' end as why
    from post
    cross join reader
    left join done using (text_hash, tagger)
)
where why is not null
;
create or replace view valence as
with felt as (
    select score.text_hash, score.tagger,
        max(score.p[label.position]) filter (label.label = 'valence') as valence,
        max(score.p[label.position]) filter (label.label = 'intensity') as intensity
    from score
    join label using (tagger, revision, scheme)
    where label.current and label.scheme = 'affect' and not isnan(score.p[label.position])
    group by score.text_hash, score.tagger
),
leaning as (
    select tagger, revision, scheme, list(valence order by position) as valences
    from label
    where current and kind <> 'scale'
    group by tagger, revision, scheme
    having scheme = 'goemotions28' or min(valence) < 0 and max(valence) > 0
    qualify row_number() over (
        partition by tagger order by scheme <> 'goemotions28', scheme
    ) = 1
),
balance as (
    select score.text_hash, score.tagger,
        coalesce(list_dot_product(score.p, leaning.valences) / nullif(list_sum(score.p), 0), 0)
            as valence
    from score
    join leaning using (tagger, revision, scheme)
    where not isnan(score.p[1])
),
known as (
    select text_hash, tagger, coalesce(felt.valence, balance.valence) as valence, felt.intensity
    from felt
    full join balance using (text_hash, tagger)
)
select post.post_id, known.tagger, known.valence, known.intensity
from post
join known using (text_hash)
;

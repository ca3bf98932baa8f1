-- Any text that one author published. Natural key: post_id = 'source:id'. Times are UTC.
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

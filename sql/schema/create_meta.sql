-- Facts about the file itself: the schema's version and the release that made it.
create table if not exists meta (
    key varchar not null,
    value varchar not null
)

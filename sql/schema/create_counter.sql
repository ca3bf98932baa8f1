-- How often each table has changed; steps compare it to skip work that would change nothing.
create table if not exists counter (
    name varchar not null,
    changes bigint not null
)

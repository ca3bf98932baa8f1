-- The sentiment that an author declared with a post, as Stocktwits has it. Natural key: post_id.
create table if not exists declared (
    post_id varchar not null,
    sentiment varchar not null,       -- Bullish or Bearish
    run_id varchar not null
)

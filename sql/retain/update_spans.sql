-- Take out the words that causes quote from posts whose words are gone.
update cause set span = null, start = null, stop = null
where span is not null and evidence_post_id in (
    select post_id from post where title = '' and body = ''
)

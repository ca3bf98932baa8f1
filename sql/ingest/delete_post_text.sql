-- Leave of the posts in `gone` what keeps the next ingest from storing them again: id, place, time.
update post
set title = '', body = '', author = null, lang = 'und', score = null, replies = null, symbols = [],
    text_hash = null, norm_hash = null, status = 'deleted', run_id = $run_id
where post_id in (select post_id from gone)

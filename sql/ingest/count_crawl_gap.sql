-- How many submissions of a community a dump brought between two moments.
select count(*) as posts
from post
inner join run on post.run_id = run.run_id
where
    post.source = $source and lower(post.community) = $community and post.kind = 'submission'
    and post.created > $low and post.created < $high and run.command = 'ingest dump'

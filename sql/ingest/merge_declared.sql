-- Write what authors declared with the posts of `said`, where the post is stored and not deleted.
merge into declared using (
    select said.post_id, said.sentiment
    from said
    join post using (post_id)
    where post.status <> 'deleted'
) as said on declared.post_id = said.post_id
when matched and declared.sentiment <> said.sentiment then update set
    sentiment = said.sentiment,
    run_id = $run_id
when not matched then insert (post_id, sentiment, run_id)
values (said.post_id, said.sentiment, $run_id)

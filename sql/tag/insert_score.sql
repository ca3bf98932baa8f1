-- Store the scores of one finished batch.
insert into score (text_hash, tagger, revision, scheme, p, run_id)
select text_hash, $tagger, $revision, $scheme, p, $run_id from batch
anti join (
    select text_hash from score
    where tagger = $tagger and revision = $revision and scheme = $scheme
) as done using (text_hash)

-- Store the scores of one finished batch, those that are not there yet.
insert into score (text_hash, tagger, revision, scheme, p, run_id)
select text_hash, $tagger, revision, scheme, p, $run_id
from batch
anti join (select text_hash, scheme, revision from score where tagger = $tagger) as done
    using (text_hash, scheme, revision)

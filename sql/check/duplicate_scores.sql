-- A text has one score of a tagger revision.
select text_hash, tagger, revision, scheme from score
group by text_hash, tagger, revision, scheme having count(*) > 1

-- An emotion of a post has one cause by a tagger revision.
select post_id, tagger, revision, emotion from cause
group by post_id, tagger, revision, emotion having count(*) > 1

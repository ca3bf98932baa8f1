-- The revision of a tagger that views and aggregates read now.
select distinct revision from label where tagger = $tagger and current

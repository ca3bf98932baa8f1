-- One row for each post and tagger, one column for each of the 28 GoEmotions labels.
create or replace view goemotions28 as
select * exclude (valence, top) from emotion

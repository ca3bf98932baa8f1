-- Remove posts that were written before a moment.
delete from post where created < $before

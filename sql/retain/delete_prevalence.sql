-- Remove the buckets that counted posts from before a moment.
delete from prevalence where ts < $before

-- The submissions of a community that have comments, newest first, and how many they had.
select substr(post_id, length(source) + 2) as name, replies, created
from post
where
    source = $source and lower(community) = $community and kind = 'submission' and replies > 0
order by created desc, name

-- The days on which a measure was highest, in each community.
-- $measure = fear: as in `daily`
-- $community = *: a community, globs allowed
-- $days = 5: how many of each community
select community, day, value, low, high, posts, authors
from daily
where measure = $measure and community glob $community and value is not null
qualify row_number() over (partition by community order by value desc, day) <= $days
order by community, value desc, day

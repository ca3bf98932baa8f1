-- The daily values of measures, with their intervals and the reason where there is none.
-- $community = *: a community, globs allowed
-- $measure = *: as in `daily`, globs allowed
-- $since = 0001-01-01: the first day
-- $until = 9999-12-31: the first day that is left out
select community, measure, day, value, low, high, posts, authors, why
from daily
where community glob $community and measure glob $measure and day >= $since and day < $until
order by community, measure, day

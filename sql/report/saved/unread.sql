-- Posts that are in no denominator, and why: deleted, empty, a language that is not read, untagged.
-- $community = *: a community, globs allowed
select community, tagger, why, count(*) as posts, max(created)::date as last
from unscored
where community glob $community
group by community, tagger, why
order by community, tagger, posts desc, why

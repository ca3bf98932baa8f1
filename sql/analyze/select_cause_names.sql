-- The communities that have causes of the tagger: what a user could have asked for.
select distinct post.community
from cause
join post using (post_id)
where cause.tagger = $tagger and cause.span is not null
order by community

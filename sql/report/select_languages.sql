-- Posts with text by language; the tagger reads 'en' and 'und', the rest is passed over.
select lang, count(*) as posts, count(distinct coalesce(author, post_id)) as authors,
    lang in ('en', 'und') as read
from post
where community = $community and text_hash is not null and status <> 'deleted'
    and created >= $since and created < $until
group by lang
order by posts desc, lang

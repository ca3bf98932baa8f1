-- Posts with text by language, and whether a tagger in use reads it; the rest is passed over.
select lang, count(*) as posts, count(distinct coalesce(author, post_id)) as authors,
    exists (select 1 from readable where readable.lang = eligible.lang) as read
from eligible
where community = $community and created >= $since and created < $until
group by lang
order by posts desc, lang

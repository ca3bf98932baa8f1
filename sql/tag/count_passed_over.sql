-- Posts with text that no English tagger can read, by language, most frequent first.
select lang, count(*) as posts
from post
where text_hash is not null and status <> 'deleted' and lang not in ('en', 'und')
group by lang
order by posts desc, lang

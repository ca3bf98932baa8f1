-- Posts with text in languages that the tagger does not read, most frequent first.
select lang, count(*) as posts
from eligible
where lang <> 'und' and not list_contains($languages::varchar[], lang)
group by lang
order by posts desc, lang

-- The schemes of a tagger that views and aggregates read now.
select scheme, revision, any_value(languages) as languages
from label
where tagger = $tagger and current
group by scheme, revision
order by scheme, revision

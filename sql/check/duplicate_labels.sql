-- A scheme of a tagger has one revision in use, and each of its positions one label.
select tagger, scheme from label
where current
group by tagger, scheme
having count(distinct revision) > 1 or count(*) <> count(distinct position)

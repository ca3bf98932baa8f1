-- The measures that a tagger decides on, and how often it said each in $community, the most said first.
select measure, any_value(weak) as weak, any_value(label.label) as label,
    coalesce(sum(raw * posts), 0) as said
from current_label as label
left join (select * from daily where community = $community and raw is not null) using (measure)
where tagger = $tagger and measure is not null and kind <> 'scale'
group by measure
order by said desc, measure

-- How a change of the plain share relates to one of the corrected share: tpr - fpr of $measure, in each
-- of `asked_community`, null where the label was never validated.
select asked_community.community,
    if(hit + missed > 0 and false_alarm + passed > 0,
        hit / (hit + missed) - false_alarm / (false_alarm + passed), null) as gain
from current_label as label
cross join asked_community
left join calibration as own on own.community = asked_community.community
    and own.tagger = label.tagger and own.scheme = label.scheme
    and own.revision = label.revision and own.label = label.label,
lateral (
    select coalesce(own.tp, label.tp)::double as hit, coalesce(own.fn, label.fn)::double as missed,
        coalesce(own.fp, label.fp)::double as false_alarm,
        coalesce(own.tn, label.tn)::double as passed
)
where label.tagger = $tagger and label.measure = $measure
order by asked_community.community

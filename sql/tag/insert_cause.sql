-- Store the causes of one finished batch, each with its category: why a distressed text says it is
-- distressed. Distressed is an evidence text with a marker above its threshold whose status, where
-- one is known, is present. The category is CAMS's cause, or SAD's stressor where CAMS sees none;
-- by the rule of schemes of kind one it is the label with the largest p / threshold.
insert into cause (
    post_id, tagger, emotion, span, start, stop, evidence_post_id, kind, category, score, run_id,
    revision
)
with evidence as (
    select distinct post.post_id, post.text_hash
    from post
    join found on found.evidence_post_id = post.post_id
),
said as (
    select evidence.post_id, label.scheme, label.label, score.p[label.position] as p,
        label.threshold
    from evidence
    join score using (text_hash)
    join label using (tagger, revision, scheme)
    where tagger = $tagger and label.current and not isnan(score.p[label.position])
        and scheme in ('markers', 'status', 'cams6', 'sad9')
),
chosen as (
    select post_id, bool_or(scheme = 'markers' and p >= threshold) as marked,
        arg_max(label, p / threshold) filter (where scheme = 'status') as status,
        arg_max(label, p / threshold) filter (where scheme = 'cams6') as cams,
        arg_max(label, p / threshold) filter (where scheme = 'sad9') as stressor
    from said
    group by post_id
)
select found.post_id, $tagger, found.emotion, found.span, found.start, found.stop,
    found.evidence_post_id, found.kind,
    case when chosen.marked and coalesce(chosen.status, 'present') = 'present'
        then coalesce(nullif(chosen.cams, 'none'), chosen.stressor) end,
    found.score, $run_id, $cause_revision
from found
left join chosen on chosen.post_id = found.evidence_post_id
anti join (
    select post_id, emotion from cause where tagger = $tagger and revision = $cause_revision
) as done on done.post_id = found.post_id and done.emotion = found.emotion

-- The labels in use whose measures match $emotions; those of other schemes than the emotions' own only
-- where it has a dot, markers only where one is named in full.
select measure, scheme
from current_label
where tagger = $tagger and kind <> 'scale' and measure glob $emotions
    and contains(measure, '.') = contains($emotions, '.')
    and (scheme <> 'markers' or measure = $emotions)
order by scheme, position

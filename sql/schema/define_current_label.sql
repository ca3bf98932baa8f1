-- The labels in use under the names of their measures: plain for the 28 emotions, the markers,
-- valence and intensity, `scheme.label` for every other scheme. A text's status is no measure.
create or replace view current_label as
select *,
    case when scheme in ('goemotions28', 'markers', 'affect') then label
        when scheme <> 'status' then scheme || '.' || label end as measure
from label
where current

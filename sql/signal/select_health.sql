-- The measures that are about health: no sentence about them goes without "not a diagnosis".
select distinct measure
from current_label
where measure is not null and scheme in ('markers', 'dsm5', 'suicidality5', 'cams6', 'sad9')
order by measure

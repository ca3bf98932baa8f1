-- Whether $measure is about health: then no sentence about it goes without "not a diagnosis".
select scheme in ('markers', 'dsm5', 'suicidality5', 'cams6', 'sad9')
from current_label
where tagger = $tagger and measure = $measure

-- Eligible posts by the taggers in use that read their language; 'und' (too short to tell) can be
-- read by all.
create or replace view readable as
select eligible.*, reader.tagger
from eligible
join (
    select tagger, any_value(languages) as languages from label where current group by tagger
) as reader
    on reader.languages is null or eligible.lang = 'und'
        or list_contains(reader.languages, eligible.lang)

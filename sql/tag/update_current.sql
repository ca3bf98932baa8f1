-- Make the revisions that are wanted now the ones that are read; schemes that this run leaves out
-- stay as they are.
update label
set current = label.revision = wanted.revision,
    languages = if(label.revision = wanted.revision, $languages::varchar[], label.languages)
from wanted
where tagger = $tagger and label.scheme = wanted.scheme

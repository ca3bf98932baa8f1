-- Make every other revision of this tagger a past one.
update label set current = (revision = $revision) where tagger = $tagger

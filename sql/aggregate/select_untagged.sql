-- Posts that the tagger reads and has not scored, in at least one of its schemes.
select count(*) from unscored where tagger = $tagger and why = 'not tagged yet'

"""Post -> emotion, marker, cause: one file is one tagger; files with an underscore help them."""

-- Correct a fact about the file itself.
update meta set value = $value where key = $key

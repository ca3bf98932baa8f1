-- Take the words out of posts that were written before a moment; their tags and counts stay.
update post set title = '', body = ''
where created < $before and (title <> '' or body <> '')

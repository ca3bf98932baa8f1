-- Remove the scores of texts in `gone` that no other post has; run after the posts lost theirs.
delete from score
where text_hash in (select text_hash from gone where text_hash is not null)
    and text_hash not in (
        select text_hash from post where text_hash is not null and status <> 'deleted'
    )

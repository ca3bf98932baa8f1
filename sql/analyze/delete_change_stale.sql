-- Forget what the same question answered before and no longer does.
delete from finding
where analysis = 'changepoints' and result ->> 'asked' = $asked
    and not list_contains($kept, finding_id)

-- The posts that hold a text which `incoming` repeats, and those that `incoming` replaces.
select post_id, community, norm_hash, status = 'deleted' as gone
from post
where post_id in (select post_id from incoming)
    or (community, norm_hash) in (select (community, norm_hash) from incoming)

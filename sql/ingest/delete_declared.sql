-- Remove what was declared with the posts in `gone`.
delete from declared where post_id in (select post_id from gone)

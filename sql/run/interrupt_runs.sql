-- Close the rows of runs whose process ended before it could, or that a copy of the file cut off.
update run set status = 'interrupted', message = $message
where status = 'running'

-- Note how a command ended.
update run set finished = $finished, status = $status, exit_code = $exit_code,
    rows_in = $rows_in, rows_out = $rows_out, message = $message
where run_id = $run_id

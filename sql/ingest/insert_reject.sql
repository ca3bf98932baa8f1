-- Note how many rows of one batch a rule refused.
insert into reject (source, input, fingerprint, part, rule, rows, first_row, run_id)
values ($source, $input, $fingerprint, $part, $rule, $rows, $first_row, $run_id)

-- Store the counts of a labelled sample.
insert into calibration by name select *, $run_id as run_id from counted

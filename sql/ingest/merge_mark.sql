-- Remember the `marks` of a source's input, in the transaction that stores what they stand for.
merge into mark using marks
    on mark.source = $source and mark.input = $input and mark.name = marks.name
when matched then update set value = marks.value, run_id = $run_id
when not matched then insert (source, input, name, value, run_id)
values ($source, $input, marks.name, marks.value, $run_id)

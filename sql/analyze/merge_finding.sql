-- Store claims; one that says the same as before keeps its run.
merge into finding using fresh on finding.finding_id = fresh.finding_id
when matched and (finding.result::varchar, finding.verdict, finding.q_value)
    is distinct from (fresh.result::varchar, fresh.verdict, fresh.q_value)
then update set run_id = fresh.run_id, verdict = fresh.verdict, p_value = fresh.p_value,
    q_value = fresh.q_value, as_of = fresh.as_of, result = fresh.result
when not matched then insert values (
    fresh.finding_id, fresh.run_id, fresh.analysis, fresh.x, fresh.y, fresh.verdict,
    fresh.p_value, fresh.q_value, fresh.as_of, fresh.result
)

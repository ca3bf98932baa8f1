-- Bring the stored series in line with the fresh one; rows that are alike keep their run.
merge into prevalence
using fresh on prevalence.freq = fresh.freq and prevalence.community = fresh.community
    and prevalence.ts = fresh.ts and prevalence.measure = fresh.measure
when matched and (
    (prevalence.value, prevalence.low, prevalence.high, prevalence.raw, prevalence.mean,
        prevalence.mean_low, prevalence.mean_high, prevalence.posts, prevalence.authors,
        prevalence.why, prevalence.emq, prevalence.available_at)
    is distinct from
    (fresh.value, fresh.low, fresh.high, fresh.raw, fresh.mean,
        fresh.mean_low, fresh.mean_high, fresh.posts, fresh.authors, fresh.why, fresh.emq, fresh.available_at)
) then update set value = fresh.value, low = fresh.low, high = fresh.high, raw = fresh.raw,
    mean = fresh.mean, mean_low = fresh.mean_low, mean_high = fresh.mean_high,
    posts = fresh.posts, authors = fresh.authors, why = fresh.why, run_id = $run_id,
    emq = fresh.emq, available_at = fresh.available_at
when not matched then insert values (
    fresh.freq, fresh.community, fresh.ts, fresh.measure, fresh.value, fresh.low, fresh.high,
    fresh.raw, fresh.mean, fresh.mean_low, fresh.mean_high, fresh.posts, fresh.authors, fresh.why,
    fresh.available_at, $run_id, fresh.emq
)

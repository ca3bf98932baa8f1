-- Note the time zone in which the series at $freq were cut.
merge into meta
using (select 'zone.' || $freq as key, $zone as value) as fresh on meta.key = fresh.key
when matched and meta.value <> fresh.value then update set value = fresh.value
when not matched then insert values (fresh.key, fresh.value)

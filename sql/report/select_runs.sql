-- The runs whose rows are shown: of each command the newest, with versions and seed.
select command, run_id, seed, versions::varchar as versions
from run
where run_id in (
    select run_id from prevalence where community = $community
    union
    select run_id from finding where starts_with(x, $community || ':')
    union
    select run_id from forecast where starts_with(signal, $community || ':')
    union
    select run_id from post where community = $community
    union
    select run_id from price where list_contains($assets, asset)
)
qualify row_number() over (partition by command order by started desc) = 1
order by command

-- Events within the period that concern everyone, the community, or an asset shown.
select ts::date as day, name
from event
where ts >= $since and ts < $until
    and (scope is null or not contains(scope, '/') or scope = $community
        or list_contains($assets, replace(scope, 'asset/', '')))
order by ts, name

-- A prevalence and its interval lie in [0, 1], in order.
select community, ts, measure from prevalence
where measure not in ('posts', 'valence') and value is not null
    and measure not in (
        select measure from current_label where kind = 'scale' and measure is not null
    )
    and not (0 <= low and low <= value and value <= high and high <= 1)

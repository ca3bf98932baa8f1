-- What earlier crawls covered of one listing: a span of times a page, and where the page ended.
select fingerprint, first, last
from ledger
where source = $source and input = $input
order by fingerprint, part

"""Outside world to post, price, event and series: one file is one source."""

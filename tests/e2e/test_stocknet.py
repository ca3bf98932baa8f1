"""A slice of the real run: half a year of AAPL tweets, from csv to PDF, and no invented lead."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from affectcli import runner
from affectcli.settings import Settings
from affectcli.store import Database

ROOT = Path(__file__).parents[2]
DATA = Path(os.environ.get("AFFECT_DATA", "nowhere"))


@pytest.mark.realdata
@pytest.mark.skipif(not (DATA / "stocknet").is_dir(), reason="AFFECT_DATA has no stocknet")
def test_half_a_year_of_aapl(tmp_path: Path) -> None:
    settings = Settings(db=tmp_path / "a.duckdb", key_file=tmp_path / "author.key")
    variables = {
        "data": str(DATA / "stocknet"),
        "events": str(DATA / "events" / "fomc_dates_1989_2024.csv"),
        "since": "2015-01-01",
        "until": "2015-07-01",
        "out": str(tmp_path),
    }
    rows = runner.run_pipeline(ROOT / "pipelines" / "stocknet.toml", variables, settings)
    assert 2000 < rows[0]["rows_out"] < 5000
    assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF")
    with Database(settings.db).read() as con:
        retweets = con.raw.execute("select count(*) from post where body like 'RT @%'").fetchall()
        leads = con.raw.execute(
            "select verdict from finding where analysis = 'xcorr' and q_value <= 0.05"
            " and (result ->> 'peak_lag')::int <> 0 and y like '%:return'"
        ).fetchall()
    assert retweets[0][0] < 0.01 * rows[0]["rows_out"]
    assert leads == []

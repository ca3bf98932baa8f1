"""A database as the earlier stages leave it, filled by hand: small, seeded, with known numbers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import pytest

from affectcli.settings import Settings
from affectcli.store import Context, Database
from affectcli.store.findings import Finding, store

if TYPE_CHECKING:
    from pathlib import Path

    from affectcli.store import Connection

COMMUNITY = "reddit/TidalCoin"
HOSTILE = (
    'reddit/日本株🚀_$AAPL$ #1 "quoted" *bold* <script>alert(1)</script> @label \\ '
    "=HYPERLINK(1) \x1b[31m שלום and a very long name that goes on and on"
    "_without_any_place_to_break_the_line_at_all_so_that_it_must_be_broken_somewhere"
)
START, DAYS = date(2024, 1, 1), 180
SHARES = {"fear": 0.22, "joy": 0.12, "admiration": 0.18, "anger": 0.06, "optimism": 0.09,
          "curiosity": 0.11, "gratitude": 0.04, "neutral": 0.3, "grief": 0.5}  # fmt: skip
ORIGIN = START + timedelta(DAYS - 1)


def midnight(year: int, month: int, day: int) -> datetime:
    """Return midnight in naive UTC, as the database has it."""
    return datetime.combine(date(year, month, day), datetime.min.time())


@dataclass(frozen=True)
class World:
    """Where the database lies and how a step is given it."""

    path: Path
    community: str

    def context(self, **settings: Any) -> Context:  # noqa: ANN401  # any setting
        """Return what a step is given."""
        made = Settings(db=self.path, **settings)
        return Context(Database(self.path), made, "20240701T000000-abc123", 7)


def build(path: Path, community: str = COMMUNITY, *, findings: bool = True) -> World:
    """Fill a new database; without `findings` it ends where `affect aggregate` ends."""
    world = World(path, community)
    rng = np.random.default_rng(11)
    with Database(path).write() as con:
        _posts(con, community)
        _labels(con)
        _prevalence(con, community, rng)
        _prices(con, rng)
        _events(con, community)
        con.raw.execute(
            "insert into reject values ('file','posts.csv','f',0,'created is no date',37,4,'r'),"
            "('file','posts.csv','f',0,'empty id',4,9,'r')"
        )
        con.raw.execute(
            "insert into run values ('20240630T000000-aaa111','aggregate','{}','s',"
            "'{\"affect\":\"0.1.0\",\"duckdb\":\"2.0.0\"}',7,'2024-06-30','2024-06-30','done',0,1,1,'')"
        )
        con.touch("prevalence")
    if findings:
        store(world.context(), [*_levels(community), *_leads(community), _outlook(community)])
        with Database(path).write() as con:
            _forecast(con, community, rng)
    return world


def _posts(con: Connection, community: str) -> None:
    con.raw.execute(
        """insert into post (post_id, source, community, kind, parent_id, thread_id, author,
        created, title, body, lang, score, replies, symbols, text_hash, status, ingested, run_id)
        select 'file:' || i, 'file', $c, 'submission', null, null,
        'author' || (i * 7919 % 230), timestamp '2024-01-01' + to_hours((i * 24 // 20)::int), 't',
        'b',
        case when i % 40 = 0 then 'es' when i % 900 = 1 then 'zh' else 'en' end, 1, 0, [], i,
        'live',
        '2024-06-30', 'r' from range(3590) as t(i)""",
        {"c": community},
    )


def _labels(con: Connection) -> None:
    for i, label in enumerate(SHARES, start=1):
        tp, fn = (8, 5) if label == "grief" else (60, 30)
        con.raw.execute(
            "insert into label values ('mini','r1','goemotions28',?,?,0,0.3,?,?,40,5000,true,"
            "'many',?,['en'])",
            [i, label, tp, fn, tp + fn < 30],
        )


def _prevalence(con: Connection, community: str, rng: np.random.Generator) -> None:
    rows = []
    for day in range(DAYS):
        at = datetime.combine(START + timedelta(day), datetime.min.time())
        posts = int(rng.integers(14, 30)) if day % 23 else 6
        authors = min(posts - 2, 22)
        thin = posts < 10
        for label, usual in SHARES.items():
            share = usual * (1 + 0.25 * np.sin(day / 9 + len(label))) + rng.normal(0, 0.02)
            if label == "fear" and 99 <= day <= 109:
                share += 0.35
            share = float(np.clip(share, 0.001, 0.98))
            low, high = max(share - 0.09, 0), min(share + 0.1, 1)
            value = (None, None, None, None) if thin else (share, low, high, share)
            why = "fewer than 10 posts" if thin else None
            rows.append((at, label, *value, posts, authors, why))
        rows.append((at, "posts", float(posts), None, None, float(posts), posts, authors, None))
    # Nine authors stand behind this day: its share of 0.777 must not be seen anywhere.
    rows[50 * (len(SHARES) + 1)] = (
        midnight(2024, 2, 20), "fear", 0.777, 0.7, 0.8, 0.777, 40, 9, None)  # fmt: skip
    schema = ["ts", "measure", "value", "low", "high", "raw", "posts", "authors", "why"]
    frame = pl.DataFrame(rows, schema=schema, orient="row", infer_schema_length=None)
    con.register(made=frame)
    con.raw.execute(
        "insert into prevalence by name select 'day' as freq, ? as community, ts, measure,"
        "value, low, high, raw * 0.8 as raw, value * 0.5 as mean, value * 0.45 as mean_low,"
        "value * 0.55 as mean_high, posts, authors, why, ts + interval 1 day as available_at,"
        "'20240630T000000-aaa111' as run_id from made",
        [community],
    )
    # As `aggregate --freq week` would; nine authors stand behind the week of 19 February.
    con.raw.execute(
        "insert into prevalence by name select 'week' as freq, community,"
        "date_trunc('week', day.ts) as ts, measure, avg(value) as value,"
        "avg(value) - 0.04 as low, avg(value) + 0.05 as high, avg(raw) as raw,"
        "avg(mean) as mean, avg(mean) - 0.02 as mean_low, avg(mean) + 0.03 as mean_high,"
        "sum(posts) as posts,"
        "if(date_trunc('week', day.ts) = '2024-02-19', 9, max(authors) * 2) as authors,"
        "null as why, date_trunc('week', day.ts) + interval 7 day as available_at,"
        "max(run_id) as run_id from prevalence as day where freq = 'day'"
        "group by community, date_trunc('week', day.ts), measure"
    )


def _prices(con: Connection, rng: np.random.Generator) -> None:
    for asset, drift in (("GRAIN-USD", 0.0), ("TIDE-USD", 0.012)):
        close = 2.4 * np.exp(np.cumsum(rng.normal(drift, 0.03, DAYS)))
        days = [datetime.combine(START + timedelta(i), datetime.min.time()) for i in range(DAYS)]
        con.register(bars=pl.DataFrame({"ts": days, "close": close}))
        con.raw.execute(
            "insert into price select ?, ts, '1d', close, close, close, close, 1, 'file',"
            "ts + interval 1 day, 'r' from bars",
            [asset],
        )


def _events(con: Connection, community: str) -> None:
    events = [
        ("2024-02-14", "Lighthouse repainted", "forum/elsewhere"),
        ("2024-03-05", "TidalCoin newsletter moves to Tuesdays", community),
        ("2024-04-09", 'Tidal bridge "exploit" 🚨 $x$ #1', community),
        ("2024-04-10", "Exchange pauses withdrawals", community),
        ("2024-04-11", "Regulator comments", None),
        ("2024-05-21", "Grain board publishes its yearbook", "asset/GRAIN-USD"),
    ]
    for i, (day, name, scope) in enumerate(events):
        con.raw.execute(
            "insert into event values (?, ?::timestamp, null, ?, null, ?, 'file', 'r')",
            [f"e{i}", day, name, scope],
        )


def _levels(community: str) -> list[Finding]:
    made = []
    for label, now, before, percentile, q in (
        ("fear", 0.31, 0.22, 0.91, 0.012),
        ("joy", 0.15, 0.12, 0.84, 0.3),
        ("anger", 0.02, 0.06, 0.03, 0.04),
        ("admiration", 0.18, 0.18, 0.5, 0.9),
        ("grief", 0.5, 0.5, 0.99, 0.01),
    ):
        result = {"signal": f"{community}:{label}", "community": community, "measure": label,
                  "as_of_day": ORIGIN, "recent": 7, "share": True, "now": now, "before": before,
                  "change": now - before, "percentile": percentile, "p_value": q / 2, "q_value": q,
                  "family_size": 9, "peak_start": date(2024, 4, 9), "peak_end": date(2024, 4, 15),
                  "peak_value": 0.63, "typical": before, "event": None, "event_day": None,
                  "peak_p": 0.4, "peak_q": 0.6, "event_base_rate": None, "near": 3}  # fmt: skip
        if label == "fear":
            result |= {"event": "Tidal bridge exploit", "event_day": date(2024, 4, 9),
                       "event_base_rate": 0.156, "near": 3, "peak_p": 0.001,
                       "peak_q": 0.018}  # fmt: skip
        if label == "joy":
            result |= {"peak_p": None, "peak_q": None}
        verdict = f"{label} in {community}: {now:.1%} in the last 7 days"
        made.append(Finding("levels", f"{community}:{label}", verdict, midnight(2024, 6, 29),
                            result, p_value=q / 2, q_value=q))  # fmt: skip
    return made


def _leads(community: str) -> list[Finding]:
    made = []
    lags = np.arange(-14, 15)
    for label, asset, peak, r, q in (
        ("fear", "TIDE-USD", 2, -0.47, 0.004),
        ("joy", "TIDE-USD", -13, 0.19, 0.3),
        ("fear", "GRAIN-USD", 12, 0.14, 0.71),
        ("anger", "GRAIN-USD", 0, -0.12, 0.88),
    ):
        values = 0.06 * np.sin(lags * 1.7)
        values[lags == peak] = r
        x, y = f"{community}:{label}", f"asset/{asset}:return"
        result = {"x": x, "y": y, "freq": "day", "n": 170, "lags": lags.tolist(),
                  "r": values.tolist(), "raw_r": (values * 1.5 + 0.1).tolist(),
                  "band_low": [-0.24] * 29, "band_high": [0.24] * 29, "peak_lag": peak,
                  "peak_r": r, "q_value": q, "family_size": 4, "detectable_r": 0.26}  # fmt: skip
        verdict = (
            f"{x} leads {y} by 2 days: r = -0.47 (q = 0.004, 4 pairs tested, n = 170)."
            if q <= 0.05
            else f"No lead or lag found between {x} and {y}: the largest correlation, r = {r}."
        )
        made.append(Finding("xcorr", x, verdict, midnight(2024, 6, 29), result, y, q, q))
    return made


def _outlook(community: str) -> Finding:
    scores = [
        {"model": model, "horizon": h, "origins": 20, "mae": 0.031 + 0.001 * h,
         "mase": 0.9 + 0.01 * h,
         "wis": 0.02, "coverage80": 0.79, "coverage95": 0.94, "precision": 0.5, "recall": None,
         "f1": 0.4, "pr_auc": 0.4, "brier": 0.121, "lead_days": 2, "false_alarms_per_month": 1}
        for model in ("seasonal_naive", "ets", "prophet") for h in (1, 7, 14)
    ]  # fmt: skip
    result = {"signal": f"{community}:fear", "model": "ets", "horizon": 14, "high": "q80",
              "origin": ORIGIN, "threshold": 0.28,
              "reason": "ets has the lowest WIS at 7 days: 0.020 against 0.024 of seasonal_naive.",
              "scores": scores}  # fmt: skip
    verdict = f"{community}:fear is expected between 20 % and 36 % over the next 14 days."
    return Finding("forecast", f"{community}:fear", verdict, midnight(2024, 6, 29), result)


def _forecast(con: Connection, community: str, rng: np.random.Generator) -> None:
    signal = f"{community}:fear"
    for model in ("ets", "seasonal_naive"):
        for h in range(1, 15):
            mean, spread = 0.27 + 0.03 * np.sin(h / 3), 0.02 + 0.004 * h + rng.uniform(0, 1e-3)
            quantiles = [mean + spread * z for z in (-1.6, -1.3, -0.7, 0, 0.7, 1.3, 1.6)]
            day = ORIGIN + timedelta(h)
            con.raw.execute(
                "insert into forecast values"
                "('run-f', ?, ?, ?, ?, ?, ?,?,?,?,?,?,?,?, ?, 0.28, 'q80', 14)",
                [signal, model, model == "ets", ORIGIN, day, mean, *quantiles,
                 float(np.clip((mean - 0.2) * 6, 0, 1))],
            )  # fmt: skip
    con.raw.execute(
        "insert into alert values ('run-f', ?, 'ets', ?, '2024-07-01', '2024-07-05', 0.62, 0.28,"
        "'q80', 14, null)",
        [signal, ORIGIN],
    )


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return build(tmp_path_factory.mktemp("report") / "a.duckdb")


@pytest.fixture(scope="session")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> World:
    return build(tmp_path_factory.mktemp("report") / "b.duckdb", HOSTILE)

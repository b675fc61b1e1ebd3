#!/usr/bin/env python3
"""Times every named question over HTTP, as a dashboard asks them: a running server, warm, one question at a time.

    cargo build --release
    python3 benches/questions.py                            # makes 30 days of 333,334 performance rows, and the other kinds
    python3 benches/questions.py --store STORE              # one that is there, or where to keep the one that is made
    python3 benches/questions.py --store STORE --duckdb     # beside DuckDB: the same aggregate over the same Parquet files

Each question is asked over the whole window and over its last day: once to warm up, then `--runs` times; what counts is the
median, from the request to the last byte of the answer. The target of a question is that of its class: one aggregate, one of
few groups (configs, sizes, countries and the like), one that counts distinct values or explains a change, or any over one
day. A table of what a server is asked most is at the end: the median over all questions. Exits with 1 where a target is missed.
"""

import argparse
import datetime
import http.client
import json
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse
from pathlib import Path

ONE_DAY_MS = 20
TARGET_MS = {"few groups": 150, "aggregate": 300, "distinct": 600}
# Those that are not one aggregate.
CLASSES = {
    "few groups": [
        "bids_by_country", "config_findings", "config_traffic", "configs", "funnel_by_config", "funnel_by_country",
        "geo_findings", "problem_formats", "size_coverage", "size_gaps", "unservable", "waste_by_country", "waste_by_size",
    ],
    "distinct": [
        "bid_filtering", "changes", "creative_days", "creative_signals", "creative_traffic", "fraud_risk", "fraud_scores",
        "fraud_signals", "report_days", "top_performers",
    ],
}

WASTE = ["reached_queries", "impressions", "clicks", "spend_micros", "video_starts", "video_completions"]
FUNNEL = ["inventory_matches", "bid_requests", "successful_responses", "bids", "bids_in_auction", "auctions_won",
          "impressions", "clicks"]
QUALITY = ["active_view_measurable", "active_view_viewable", "impressions", "ivt_credited_impressions", "spend_micros"]
# What a question adds up: fact table, kind of report, by what, which columns.
AGGREGATES = {
    "configs": ("rtb_daily", "performance", "billing_id", WASTE[:4]),
    **{
        f"waste_by_{name}": ("rtb_daily", "performance", key, WASTE)
        for name, key in {
            "app": "app_id", "country": "country", "creative": "creative_id", "day": "metric_date",
            "environment": "environment", "hour": "hour", "platform": "platform", "publisher": "publisher_id",
            "size": "creative_size",
        }.items()
    },
    "bids_by_country": ("rtb_daily", "bids", "country", ["bids", "bids_in_auction", "auctions_won"]),
    "bids_by_creative": ("rtb_daily", "bids", "creative_id", ["bids", "bids_in_auction", "auctions_won"]),
    "funnel_by_country": ("rtb_funnel", "funnel_geo", "country", FUNNEL),
    "funnel_by_day": ("rtb_funnel", "funnel_geo", "metric_date", FUNNEL),
    "funnel_by_hour": ("rtb_funnel", "funnel_geo", "hour", FUNNEL),
    "funnel_by_publisher": ("rtb_funnel", "funnel_publisher", "publisher_id", FUNNEL),
    "viewability_by_config": ("rtb_quality", "quality", "billing_id", QUALITY),
    "viewability_by_creative": ("rtb_quality", "quality", "creative_id", QUALITY),
    "viewability_by_publisher": ("rtb_quality", "quality", "publisher_id", QUALITY),
}


class Server:
    """`catscan serve` over a store, on a free port."""

    def __init__(self, command: list[str]) -> None:
        serve = [*command, "serve", "--listen", "127.0.0.1:0"]
        self.process = subprocess.Popen(serve, stderr=subprocess.PIPE, text=True)
        line = next((line for line in self.process.stderr if "http://" in line), None)
        if line is None:
            sys.exit("the server ended before it listened: is another one running over this store?")
        self.connection = http.client.HTTPConnection(line.split("http://")[1].split()[0], timeout=600)

    def __enter__(self) -> "Server":
        return self

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.wait()

    def get(self, path: str, **asked: object) -> tuple[int, bytes]:
        query = urllib.parse.urlencode({name: value for name, value in asked.items() if value is not None})
        self.connection.request("GET", f"{path}?{query}")
        answer = self.connection.getresponse()
        return answer.status, answer.read()

    def sql(self, sql: str) -> list[dict]:
        body = json.dumps({"sql": sql, "format": "ndjson"})
        self.connection.request("POST", "/api/sql", body, {"content-type": "application/json"})
        return [json.loads(line) for line in self.connection.getresponse().read().splitlines()]


def make_store(command: list[str], reports: Path, rows_per_day: int, days: int) -> None:
    """All kinds of the wide shape; as a server would, a kind at a time."""
    quiet = {"check": True, "stdout": subprocess.DEVNULL}
    size = ["--rows-per-day", str(rows_per_day), "--days", str(days), "--end", "2026-11-19", "--shape", "wide"]
    print(f"making {days} days of {rows_per_day:,} rows and the other kinds", flush=True)
    subprocess.run([*command, "init"], **quiet)
    subprocess.run([command[0], "--quiet", "generate", str(reports), *size, "--kinds", "all"], **quiet)
    subprocess.run([*command, "sync", "--from-files", str(reports / "entities")], **quiet)
    subprocess.run([*command, "import", str(reports)], **quiet)


def median_ms(runs: int, work) -> float:
    work()
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        work()
        times.append((time.perf_counter() - start) * 1000)
    return statistics.median(times)


def asker(server: Server, name: str, **asked: object):
    def ask() -> None:
        status, answer = server.get(f"/api/reports/{name}", **asked)
        if status != 200:
            raise ValueError(f"{status}: {answer.decode()[:200]}")

    return ask


def class_of(question: dict) -> str:
    return next((kind for kind, names in CLASSES.items() if question["name"] in names), "aggregate")


def duckdb_over(command: list[str], store: Path):
    """A function that times a question's aggregate, over the live files of the store."""
    import duckdb

    connection = duckdb.connect()
    listed = subprocess.run([*command, "lake", "files", "--json"], check=True, capture_output=True, text=True).stdout
    files: dict[tuple[str, str], list[str]] = {}
    for line in listed.splitlines():
        file = json.loads(line)
        files.setdefault((file["table"], file["report"]), []).append(str(store / "lake" / file["path"]))

    def timed(name: str, runs: int) -> float | None:
        if name not in AGGREGATES or AGGREGATES[name][:2] not in files:
            return None
        table, report, key, columns = AGGREGATES[name]
        sums = ", ".join(f"sum({column}) AS {column}" for column in columns)
        source = f"read_parquet({files[table, report]}, hive_partitioning = true, union_by_name = true)"
        known = {row[0] for row in connection.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()}
        if not {key, *columns} <= known:
            return None
        connection.execute(f"CREATE OR REPLACE VIEW facts AS SELECT * FROM {source}")
        return median_ms(runs, lambda: connection.execute(f"SELECT {key}, {sums} FROM facts GROUP BY ALL").fetchall())

    return timed


def values_of(question: dict, typical: dict[str, object]) -> dict[str, object]:
    return {one["name"]: typical[one["name"]] for one in question["parameters"] if one["name"] in typical}


def measure(server: Server, runs: int, days: int, duckdb) -> int:
    questions = json.loads(server.get("/api/reports")[1])
    [newest] = server.sql("SELECT CAST(max(metric_date) AS TEXT) AS day FROM rtb_daily WHERE report = 'performance'")
    ranked = "SELECT {0}, count(*) AS n FROM rtb_daily WHERE report = 'performance' GROUP BY {0} ORDER BY n DESC, {0} LIMIT {1}"
    typical = {}
    for column, rank in [("billing_id", 4), ("creative_id", 200)]:
        # Neither the largest nor next to nothing.
        typical[column] = server.sql(ranked.format(column, rank))[-1][column]
    last = datetime.date.fromisoformat(newest["day"])
    print(f"{len(questions)} questions, {days} days up to {last}, median of {runs}, ms\n")
    print(f"{'question':28}{'class':>12}{'ms':>9}{'target':>8}  {'':6}{'one day':>9}{'target':>8}  {'':6}{'duckdb' if duckdb else ''}")
    all_ms, missed = [], 0
    for question in questions:
        name, kind = question["name"], class_of(question)
        windowed = question["days"] is not None
        asked = values_of(question, typical) | ({"until": last} if windowed else {})
        try:
            whole = median_ms(runs, asker(server, name, days=days if windowed else None, **asked))
        except ValueError as refused:
            print(f"{name:28}{kind:>12}  {refused}")
            missed += 1
            continue
        all_ms.append(whole)
        ok = whole < TARGET_MS[kind]
        line = f"{name:28}{kind:>12}{whole:9.1f}{TARGET_MS[kind]:8}  {'ok' if ok else 'MISSED':6}"
        if windowed:
            try:
                one = median_ms(runs, asker(server, name, days=1, **asked))
                one_ok = one < ONE_DAY_MS
                line += f"{one:9.1f}{ONE_DAY_MS:8}  {'ok' if one_ok else 'MISSED':6}"
                ok = ok and one_ok
            except ValueError:
                line += f"{'two days or more':>17}  {'':6}"
        else:
            line += f"{'no window':>17}  {'':6}"
        theirs = duckdb(name, runs) if duckdb else None
        print(line + (f"{theirs:6.1f}" if theirs else ""), flush=True)
        missed += not ok
    print(f"\nmedian over all questions: {statistics.median(all_ms):.1f} ms; missed: {missed}")
    return missed


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--catscan", default="target/release/catscan", help="the release binary")
    parser.add_argument("--store", help="a data directory that is there, or where to keep the one that is made")
    parser.add_argument("--rows-per-day", type=int, default=333_334, help="performance rows, of a store that is made")
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--duckdb", action="store_true", help="the same aggregates by DuckDB, which must be installed")
    parser.add_argument("--scratch", help="where files are made and removed; default: the system's place for them")
    options = parser.parse_args()
    catscan = str(Path(options.catscan).resolve())
    with tempfile.TemporaryDirectory(prefix="catscan-bench-", dir=options.scratch) as scratch:
        store = Path(options.store or Path(scratch) / "store").resolve()
        command = [catscan, "--quiet", "--data-dir", str(store)]
        if not (store / "catscan.db").exists():
            make_store(command, Path(scratch) / "reports", options.rows_per_day, options.days)
        duckdb = duckdb_over(command, store) if options.duckdb else None
        with Server(command[:1] + command[2:]) as server:
            return 1 if measure(server, options.runs, options.days, duckdb) else 0


if __name__ == "__main__":
    sys.exit(main())

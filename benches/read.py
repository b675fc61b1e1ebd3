#!/usr/bin/env python3
"""Times the same questions over files that Cat-Scan wrote and over files that DuckDB wrote of the same rows.

    cargo build --release
    python3 -m pip install -r benches/requirements.txt
    python3 benches/read.py                        # ten days of a million rows, median of five

DuckDB writes typed rows in the order of the reports, zstd, a file a day, all else as it comes. DuckDB then asks both sets
of files, in turn, question by question (benches/queries), and the answers must be equal. Beside it stands `catscan sql`
over its own files: a whole process each, so its start is measured too and shown as the first line.
"""

import argparse
import statistics
import sys
import tempfile
import time
from pathlib import Path

import duckdb

from measure import generate, parquet_mb, run

# The columns of the questions, from the headers of the reports.
TYPED = """
SELECT "Day" AS metric_date, "Billing ID" AS billing_id, "Creative ID" AS creative_id, "Creative size" AS creative_size,
    "Creative format" AS creative_format, "Country" AS country, "Platform" AS platform, "Environment" AS environment,
    "Publisher ID" AS publisher_id, "Publisher name" AS publisher_name, "Mobile app ID" AS app_id,
    "Mobile app name" AS app_name, "Reached queries" AS reached_queries, "Bids" AS bids,
    "Bids in auction" AS bids_in_auction, "Impressions" AS impressions, "Clicks" AS clicks,
    CAST("Spend (buyer currency)" * 1000000 AS BIGINT) AS spend_micros, "Video starts" AS video_starts,
    "Video completions" AS video_completions
FROM read_csv('{report}', header = true, delim = ',', quote = '"', types = {types})
"""
TYPES = {"Day": "DATE", "Spend (buyer currency)": "DECIMAL(18, 6)"}
TYPES |= {name: "VARCHAR" for name in ["Billing ID", "Creative ID", "Creative size", "Publisher ID", "Mobile app ID"]}
QUERIES = Path(__file__).with_name("queries")


def write_with_duckdb(connection: duckdb.DuckDBPyConnection, reports: list[Path], out: Path) -> None:
    for number, report in enumerate(reports):
        # The day stands in the path, as it does in the store.
        day = connection.execute(f"SELECT \"Day\" FROM read_csv('{report}') LIMIT 1").fetchone()[0]
        directory = out / f"metric_date={day}"
        directory.mkdir(parents=True)
        rows = TYPED.format(report=report, types=TYPES)
        options = "FORMAT parquet, COMPRESSION zstd"
        connection.execute(f"COPY (SELECT * EXCLUDE metric_date FROM ({rows})) TO '{directory}/{number}.parquet' ({options})")


def timed(connection: duckdb.DuckDBPyConnection, question: str) -> tuple[float, list[tuple]]:
    start = time.monotonic()
    answer = connection.execute(question).fetchall()
    return (time.monotonic() - start) * 1000, answer


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--catscan", default="target/release/catscan", help="the release binary")
    parser.add_argument("--rows-per-day", type=int, default=1_000_000)
    parser.add_argument("--days", type=int, default=10)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--scratch", help="where files are made and removed; default: the system's place for them")
    options = parser.parse_args()
    catscan = str(Path(options.catscan).resolve())

    with tempfile.TemporaryDirectory(prefix="catscan-bench-", dir=options.scratch) as scratch:
        store, theirs = Path(scratch) / "store", Path(scratch) / "duckdb"
        reports = generate(catscan, Path(scratch) / "reports", options.rows_per_day, options.days)
        run([catscan, "--data-dir", str(store), "import", "--json", *map(str, reports)])
        connections = {}
        for name, files in {"catscan": store / "lake" / "rtb_daily", "duckdb": theirs}.items():
            connections[name] = duckdb.connect()
            if name == "duckdb":
                write_with_duckdb(connections[name], reports, theirs)
            source = f"read_parquet('{files}/**/*.parquet', hive_partitioning = true, hive_types = {{'metric_date': DATE}})"
            connections[name].execute(f"CREATE VIEW rtb_daily AS SELECT * FROM {source}")
        print(f"{len(reports)} days of {options.rows_per_day:,} rows: {parquet_mb(store):.0f} MB by catscan, "
              f"{parquet_mb(theirs):.0f} MB by duckdb; median of {options.runs}, ms\n")

        def typical(column: str) -> str:
            """A value in the middle of those with rows: neither the largest nor next to nothing."""
            ranked = f"SELECT {column}, count(*) AS rows FROM rtb_daily GROUP BY 1 ORDER BY rows DESC, 1"
            values = connections["catscan"].execute(ranked).fetchall()
            return values[len(values) // 2][0]

        days = [day for (day,) in connections["catscan"].execute("SELECT DISTINCT metric_date FROM rtb_daily ORDER BY 1").fetchall()]
        last = min(3, len(days))
        values = {"billing_id": typical("billing_id"), "creative_id": typical("creative_id"),
                  "first_day": days[0], "last_day": days[last - 1]}
        questions = {"nothing": "SELECT 1"}
        questions |= {file.stem: file.read_text().format(**values) for file in sorted(QUERIES.glob("*.sql"))}
        totals = [0.0, 0.0, 0.0]
        print(f"{'':28}{'catscan files':>15}{'duckdb files':>15}{'ratio':>8}{'catscan sql':>15}")
        for name, question in questions.items():
            took: dict[str, list[float]] = {"catscan": [], "duckdb": [], "sql": []}
            for number in range(options.runs + 1):
                answers = {}
                for files, connection in connections.items():
                    took_ms, answers[files] = timed(connection, question)
                    if number > 0:
                        took[files].append(took_ms)
                if answers["catscan"] != answers["duckdb"]:
                    sys.exit(f"{name}: the answers differ")
                process = run([catscan, "--data-dir", str(store), "sql", "--format", "csv", question])
                if number > 0:
                    took["sql"].append(process.wall_s * 1000)
            ours, other, sql = (statistics.median(each) for each in took.values())
            if name != "nothing":
                totals = [total + each for total, each in zip(totals, [ours, other, sql])]
            print(f"{name:28}{ours:15.1f}{other:15.1f}{ours / other:8.2f}{sql:15.1f}", flush=True)
        print(f"{'total of the questions':28}{totals[0]:15.1f}{totals[1]:15.1f}{totals[0] / totals[1]:8.2f}{totals[2]:15.1f}")


if __name__ == "__main__":
    main()

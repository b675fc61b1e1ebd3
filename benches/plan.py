#!/usr/bin/env python3
"""Times the opening of a store with ten thousand small files, and the planning of questions over it.

    cargo build --release
    python3 benches/plan.py                        # 400 days of three kinds of report, 10,000 files

Each report holds one config's or buyer's rows of all days, so that every import leaves a file in each of its partitions.
Opening is a whole process (`catscan sql` with a question of no table, then of one day) and the start of a server up to its
first answer. Planning is EXPLAIN over HTTP, by a server that has answered before: the medians of so many rounds.
"""

import argparse
import csv
import datetime
import json
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

FIRST = datetime.date(2025, 6, 1)
KINDS = {
    "performance": (
        ["Day", "Billing ID", "Creative ID", "Creative size", "Creative format", "Country", "Platform", "Environment",
         "Publisher ID", "Publisher name", "Mobile app ID", "Mobile app name", "Reached queries", "Impressions", "Clicks",
         "Spend (buyer currency)", "Video starts", "Video completions"],
        lambda day, part, row: [day, 157331516000 + part, f"cr-{part}-{row}", "300x250", "Display", "India", "Phone", "App",
                                f"pub-{row}", f"Publisher {row}", f"com.example.{row}", f"App {row}", 1000 + row, 100, 1,
                                f"US$0.{part:02}{row:04}", 90, 45],
    ),
    "quality": (
        ["Day", "Billing ID", "Creative ID", "Creative size", "Creative format", "Reached queries", "Impressions",
         "Spend (buyer currency)", "Active view viewable", "Active view measurable"],
        lambda day, part, row: [day, 157331516000 + part, f"cr-{part}-{row}", "300x250", "Display", 1000, 400, "US$0.18",
                                300, 380],
    ),
    "bids": (
        ["Day", "Country", "Creative ID", "Buyer account ID", "Bids in auction", "Auctions won", "Bids",
         "Reached queries", "Impressions", "Spend (buyer currency)"],
        lambda day, part, row: [day, "India", f"cr-{part}-{row}", 299038000 + part, 40000, 12000, 41000, 11500, 1000,
                                "US$100.25"],
    ),
}


def write_report(path: Path, kind: str, part: int, days: int, rows: int) -> None:
    header, row_of = KINDS[kind]
    with path.open("w", newline="") as file:
        out = csv.writer(file)
        out.writerow(header)
        for number in range(days):
            day = (FIRST + datetime.timedelta(days=number)).isoformat()
            out.writerows(row_of(day, part, row) for row in range(rows))


def timed(work) -> float:
    start = time.monotonic()
    work()
    return (time.monotonic() - start) * 1000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--catscan", default="target/release/catscan", help="the release binary")
    parser.add_argument("--days", type=int, default=400)
    parser.add_argument("--files", type=int, default=10_000, help="data files in all, at least one a partition")
    parser.add_argument("--rows", type=int, default=20, help="rows in each file")
    parser.add_argument("--rounds", type=int, default=11)
    parser.add_argument("--store", help="a store made by an earlier run, or where to keep this one's")
    args = parser.parse_args()
    catscan = str(Path(args.catscan).resolve())
    with tempfile.TemporaryDirectory() as place:
        store = Path(args.store or Path(place) / "store").resolve()
        command = [catscan, "--quiet", "--data-dir", str(store)]
        if not (store / "catscan.db").exists():
            subprocess.run([*command, "init"], check=True)
            parts = -(-args.files // (args.days * len(KINDS)))
            left = args.files
            for part in range(parts):
                for kind in KINDS:
                    days = min(args.days, left)
                    if days == 0:
                        continue
                    left -= days
                    report = Path(place) / f"{kind}-{part}.csv"
                    write_report(report, kind, part, days, args.rows)
                    subprocess.run([*command, "import", str(report), "--kind", kind], check=True, stdout=subprocess.DEVNULL)
        status = json.loads(subprocess.run([*command, "lake", "status", "--json"], check=True, capture_output=True).stdout)
        files = sum(table["files"] for table in status["tables"])
        partitions = sum(table["partitions"] for table in status["tables"])
        print(f"{files:,} files in {partitions:,} partitions, catalog {(store / 'catscan.db').stat().st_size / 1e6:.0f} MB")

        last = (FIRST + datetime.timedelta(days=args.days - 1)).isoformat()
        questions = {
            "one day": f"SELECT billing_id, sum(impressions) FROM rtb_daily WHERE metric_date = DATE '{last}' GROUP BY 1",
            "one day of one kind": f"SELECT sum(spend_micros) FROM rtb_daily WHERE metric_date = DATE '{last}' AND report = 'performance'",
            "all days": "SELECT metric_date, sum(impressions) FROM rtb_daily GROUP BY 1",
            "all days, one config": "SELECT sum(clicks) FROM rtb_daily WHERE billing_id = '157331516003'",
            "all days, the config view": "SELECT * FROM v_config_performance",
        }

        def ask(sql: str) -> None:
            subprocess.run([*command, "sql", sql], check=True, stdout=subprocess.DEVNULL)

        for name, sql in {"no table": "SELECT 1", **questions}.items():
            times = [timed(lambda: ask(sql)) for _ in range(max(3, args.rounds // 3))]
            print(f"whole process, {name:<28}{statistics.median(times):8.0f} ms  ({min(times):.0f} to {max(times):.0f})")

        started = time.monotonic()
        server = subprocess.Popen([catscan, "--data-dir", str(store), "serve", "--listen", "127.0.0.1:0"], stderr=subprocess.PIPE, text=True)
        try:
            line = next(line for line in server.stderr if "http://" in line)
            address = line.split("http://")[1].split()[0]

            def post(sql: str) -> bytes:
                body = json.dumps({"sql": sql}).encode()
                request = urllib.request.Request(f"http://{address}/api/sql", body, {"content-type": "application/json"})
                with urllib.request.urlopen(request) as answer:
                    return answer.read()

            urllib.request.urlopen(f"http://{address}/api/health").read()
            print(f"server up to its first answer         {(time.monotonic() - started) * 1000:8.0f} ms")
            print(f"first plan over all days              {timed(lambda: post('EXPLAIN ' + questions['all days'])):8.1f} ms")
            for name, sql in questions.items():
                post("EXPLAIN " + sql)
                plans = [timed(lambda: post("EXPLAIN " + sql)) for _ in range(args.rounds)]
                print(f"plan, {name:<32}{statistics.median(plans):8.1f} ms  ({min(plans):.1f} to {max(plans):.1f})")
        finally:
            server.terminate()
            server.wait()


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
"""Times `catscan import` against Polars on the same generated files, in turn, as whole processes.

    cargo build --release
    python3 -m pip install -r tests/python/requirements.txt
    python3 benches/import.py                     # ten days of a million rows, five rounds
    python3 benches/import.py --rows-per-day 10000000 --days 1 --rounds 3

Polars does less: scan_csv -> zstd Parquet by day, all columns as text, no checks, no sorting, no keys, no fsync.
Prints each round, then medians and ratios; quote the medians, machines are noisy.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

POLARS = """
import sys, polars as pl
lazy = pl.scan_csv(sys.argv[1], infer_schema=False)
lazy.sink_parquet(pl.PartitionBy(sys.argv[2], key="Day"), compression="zstd", mkdir=True)
"""


def timed(command: list[str]) -> tuple[float, float, float]:
    """Wall seconds, processor seconds and peak MiB of one process."""
    start = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"{command[0]} ended with {process.returncode}")
    return time.monotonic() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--catscan", default="target/release/catscan", help="the release binary")
    parser.add_argument("--rows-per-day", type=int, default=1_000_000)
    parser.add_argument("--days", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--python", default=sys.executable, help="an interpreter that has polars")
    options = parser.parse_args()
    catscan = str(Path(options.catscan).resolve())

    with tempfile.TemporaryDirectory(prefix="catscan-bench-") as scratch:
        reports, store, out = (Path(scratch) / name for name in ("reports", "store", "polars"))
        rows = ["--rows-per-day", str(options.rows_per_day), "--days", str(options.days)]
        subprocess.run([catscan, "generate", str(reports), *rows, "--shape", "wide"], check=True, stdout=subprocess.DEVNULL)
        files = sorted(str(file) for file in reports.glob("*.csv"))
        runs: dict[str, list[tuple[float, float, float]]] = {"catscan": [], "polars": []}
        for number in range(options.rounds + 1):
            shutil.rmtree(store, ignore_errors=True)
            ours = timed([catscan, "--data-dir", str(store), "import", "--json", *files])
            shutil.rmtree(out, ignore_errors=True)
            theirs = timed([options.python, "-c", POLARS, str(reports / "*.csv"), str(out)])
            if number == 0:
                continue  # warm-up
            runs["catscan"].append(ours)
            runs["polars"].append(theirs)
            print(f"round {number}: catscan {ours[0]:.2f} s, polars {theirs[0]:.2f} s, ratio {ours[0] / theirs[0]:.2f}")

        print(f"\n{len(files)} files, {options.rows_per_day * options.days:,} rows, median of {options.rounds} rounds")
        print(f"{'':10}{'wall s':>10}{'cpu s':>10}{'peak MiB':>10}{'output MB':>11}")
        sizes = {"catscan": store, "polars": out}
        for name, values in runs.items():
            wall, cpu, peak = (statistics.median(column) for column in zip(*values))
            size = sum(file.stat().st_size for file in sizes[name].rglob("*.parquet")) / 1e6
            print(f"{name:10}{wall:10.2f}{cpu:10.2f}{peak:10.0f}{size:11.0f}")
        ratios = [ours[0] / theirs[0] for ours, theirs in zip(runs["catscan"], runs["polars"])]
        print(f"ratio of wall times: median {statistics.median(ratios):.2f}, from {min(ratios):.2f} to {max(ratios):.2f}")


if __name__ == "__main__":
    main()

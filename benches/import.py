#!/usr/bin/env python3
"""Times `catscan import` against its peers on the same generated files: whole processes, in turn, round by round.

    cargo build --release
    python3 -m pip install -r benches/requirements.txt
    python3 benches/import.py                      # ten days of a million rows, three rounds
    python3 benches/import.py --day-in-one-file    # ten million rows of one day in one file
    python3 benches/import.py --reimport           # a day again after every tenth row changed, against its first import

Cat-Scan types, checks, removes duplicates, sorts, hashes, brings to disk and commits; what the peers do, which is less,
is said in benches/peers.py. Prints each round, then medians and ratios: quote the medians, machines are noisy.
"""

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

from measure import Run, generate, median, parquet_mb, ratios, run
from peers import PEERS

PEER_PROGRAM = str(Path(__file__).with_name("peers.py"))


def change(report: Path, changed: Path, every: int) -> None:
    """The same report with one more reached query in every so-manieth row."""
    with report.open(encoding="utf-8", newline="") as old, changed.open("w", encoding="utf-8", newline="") as new:
        header = old.readline()
        new.write(header)
        columns = header.rstrip("\n").split(",")
        # Counted from the end: names before it may hold commas, numbers after it hold none.
        after = len(columns) - columns.index("Reached queries")
        for number, line in enumerate(old):
            if number % every == 0:
                cells = line.rstrip("\n").rsplit(",", after)
                cells[1] = str(int(cells[1]) + 1)
                line = ",".join(cells) + "\n"
            new.write(line)


def against_peers(options: argparse.Namespace, catscan: str, scratch: Path) -> None:
    reports = generate(catscan, scratch / "reports", options.rows_per_day, options.days)
    files = [str(report) for report in reports]
    peers = {name: [options.python, PEER_PROGRAM, name, str(scratch / name), *files] for name in options.peers}
    programs = {"catscan": [catscan, "--data-dir", str(scratch / "catscan"), "import", "--json", *files], **peers}
    runs: dict[str, list[Run]] = {name: [] for name in programs}
    sizes: dict[str, float] = {}
    for number in range(options.rounds + 1):
        told = []
        for name, program in programs.items():
            shutil.rmtree(scratch / name, ignore_errors=True)
            measured = run(program)
            sizes[name] = parquet_mb(scratch / name)
            shutil.rmtree(scratch / name, ignore_errors=True)
            told.append(f"{name} {measured.wall_s:.2f} s")
            if number > 0:
                runs[name].append(measured)
        print(f"{f'round {number}' if number else 'warm-up'}: {', '.join(told)}", flush=True)

    rows = options.rows_per_day * options.days
    print(f"\n{len(files)} files, {rows:,} rows, median of {options.rounds} rounds; catscan ÷ peer with its range")
    print(f"{'':17}{'wall s':>8}{'cpu s':>8}{'peak MiB':>10}{'output MB':>11}   {'wall ratio':18}{'cpu ratio':18}")
    for name, values in runs.items():
        middle = median(values)
        ours = runs["catscan"]
        wall = ratios([one.wall_s for one in ours], [one.wall_s for one in values])
        cpu = ratios([one.cpu_s for one in ours], [one.cpu_s for one in values])
        compared = f"   {wall:18}{cpu:18}" if name != "catscan" else ""
        print(f"{name:17}{middle.wall_s:8.2f}{middle.cpu_s:8.2f}{middle.peak_mib:10.0f}{sizes[name]:11.0f}{compared}")


def against_first_import(options: argparse.Namespace, catscan: str, scratch: Path) -> None:
    [report] = generate(catscan, scratch / "reports", options.rows_per_day, 1)
    changed = scratch / "changed.csv"
    change(report, changed, options.change_every)
    store = scratch / "catscan"
    runs: dict[str, list[Run]] = {"first import": [], "re-import": []}
    for number in range(options.rounds + 1):
        shutil.rmtree(store, ignore_errors=True)
        told = []
        for name, file in zip(runs, [report, changed]):
            measured = run([catscan, "--data-dir", str(store), "import", "--json", str(file)])
            told.append(f"{name} {measured.wall_s:.2f} s, cpu {measured.cpu_s:.2f} s")
            if number > 0:
                runs[name].append(measured)
        print(f"{f'round {number}' if number else 'warm-up'}: {', '.join(told)}", flush=True)

    print(f"\none day of {options.rows_per_day:,} rows, every {options.change_every}th changed, {options.rounds} rounds")
    print(f"{'':17}{'wall s':>8}{'cpu s':>8}{'peak MiB':>10}")
    for name, values in runs.items():
        middle = median(values)
        print(f"{name:17}{middle.wall_s:8.2f}{middle.cpu_s:8.2f}{middle.peak_mib:10.0f}")
    first, again = runs.values()
    wall = ratios([one.wall_s for one in again], [one.wall_s for one in first])
    cpu = ratios([one.cpu_s for one in again], [one.cpu_s for one in first])
    print(f"re-import ÷ first import: wall {wall}, cpu {cpu}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--catscan", default="target/release/catscan", help="the release binary")
    parser.add_argument("--rows-per-day", type=int)
    parser.add_argument("--days", type=int, default=10)
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--peers", nargs="*", choices=PEERS, default=list(PEERS), help="which peers; default: all")
    parser.add_argument("--python", default=sys.executable, help="an interpreter that has the peers")
    parser.add_argument("--day-in-one-file", action="store_true", help="one day of ten million rows")
    parser.add_argument("--reimport", action="store_true", help="a changed day against its first import, without peers")
    parser.add_argument("--change-every", type=int, default=10, metavar="N", help="of the re-import: every Nth row")
    parser.add_argument("--scratch", help="where files are made and removed; default: the system's place for them")
    options = parser.parse_args()
    if options.day_in_one_file:
        options.days = 1
    options.rows_per_day = options.rows_per_day or (10_000_000 if options.day_in_one_file else 1_000_000)
    options.rounds = options.rounds or (7 if options.reimport else 3)
    catscan = str(Path(options.catscan).resolve())
    with tempfile.TemporaryDirectory(prefix="catscan-bench-", dir=options.scratch) as scratch:
        (against_first_import if options.reimport else against_peers)(options, catscan, Path(scratch))


if __name__ == "__main__":
    main()

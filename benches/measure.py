"""What the benchmarks share: a run of one process measured by the kernel, and a table of what was measured."""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple


class Run(NamedTuple):
    """One process from start to end."""

    wall_s: float
    cpu_s: float
    peak_mib: float


def run(command: list[str]) -> Run:
    """Runs a process to its end; one that fails ends the benchmark."""
    with tempfile.TemporaryFile() as said:
        start = time.monotonic()
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=said)
        _, status, usage = os.wait4(process.pid, 0)
        wall_s = time.monotonic() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            said.seek(0)
            sys.exit(f"{' '.join(command[:4])} … ended with {process.returncode}: {said.read().decode(errors='replace')}")
    return Run(wall_s, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def median(runs: list[Run]) -> Run:
    """The median of each figure."""
    return Run(*(statistics.median(column) for column in zip(*runs)))


def ratios(ours: list[float], theirs: list[float]) -> str:
    """Median and range of ours ÷ theirs, round by round: what slows the machine slows both."""
    each = [our / their for our, their in zip(ours, theirs)]
    return f"{statistics.median(each):.2f} ({min(each):.2f}–{max(each):.2f})"


def parquet_mb(directory: Path) -> float:
    """The size of all Parquet files below a directory."""
    return sum(file.stat().st_size for file in directory.rglob("*.parquet")) / 1e6


def generate(catscan: str, directory: Path, rows_per_day: int, days: int) -> list[Path]:
    """Made-up reports of the wide shape, a file a day, the same in every run."""
    size = ["--rows-per-day", str(rows_per_day), "--days", str(days), "--end", "2026-11-19"]
    command = [catscan, "generate", str(directory), *size, "--shape", "wide"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return sorted(directory.glob("*.csv"))

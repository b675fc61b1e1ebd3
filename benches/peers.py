#!/usr/bin/env python3
"""What each peer does with the reports of an import benchmark: CSV in, zstd Parquet by day out.

    python3 benches/peers.py polars|duckdb|duckdb-distinct|chdb OUT FILE…

None of them checks rows, keeps faults, meets earlier imports or brings its files to disk; what each does is said below.
"""

import csv
import sys
from pathlib import Path

COUNTS = ["Reached queries", "Bids", "Bids in auction", "Impressions", "Clicks", "Video starts", "Video completions"]
MONEY = ["Spend (buyer currency)"]
SORT = ["Billing ID", "Creative ID", "Country", "Creative size"]


def header(file: str) -> list[str]:
    with open(file, newline="", encoding="utf-8") as report:
        return next(csv.reader(report))


def polars(out: str, files: list[str]) -> None:
    """All columns as text."""
    import polars as pl

    lazy = pl.scan_csv(files, infer_schema=False)
    lazy.sink_parquet(pl.PartitionBy(out, key="Day"), compression="zstd", mkdir=True)


def duckdb(out: str, files: list[str]) -> None:
    """Typed: days, counts, money as exact decimals."""
    duckdb_copy(out, files, "SELECT * FROM {reports}")


def duckdb_distinct(out: str, files: list[str]) -> None:
    """Typed, one row per key, sorted as Cat-Scan sorts; which row of a key stays is left to chance."""
    keys = [name for name in header(files[0]) if name not in COUNTS + MONEY]
    names = lambda columns: ", ".join(f'"{name}"' for name in columns)
    duckdb_copy(out, files, f"SELECT DISTINCT ON ({names(keys)}) * FROM {{reports}} ORDER BY {names(['Day', *SORT])}")


def duckdb_copy(out: str, files: list[str], question: str) -> None:
    import duckdb as db

    def type_of(name: str) -> str:
        if name == "Day":
            return "DATE"
        return "BIGINT" if name in COUNTS else "DECIMAL(18, 6)" if name in MONEY else "VARCHAR"

    columns = {name: type_of(name) for name in header(files[0])}
    reports = f"read_csv({files!r}, header = true, delim = ',', quote = '\"', columns = {columns!r})"
    options = "FORMAT parquet, COMPRESSION zstd, PARTITION_BY (Day)"
    db.connect().execute(f"COPY ({question.format(reports=reports)}) TO '{out}' ({options})")


def chdb(out: str, files: list[str]) -> None:
    """Typed: days, counts, money as exact decimals."""
    import chdb as engine

    def type_of(name: str) -> str:
        if name == "Day":
            return "Date"
        return "Nullable(Int64)" if name in COUNTS else "Nullable(Decimal(18, 6))" if name in MONEY else "Nullable(String)"

    columns = ", ".join(f"`{name}` {type_of(name)}" for name in header(files[0]))
    Path(out).mkdir(parents=True, exist_ok=True)
    settings = "output_format_parquet_compression_method = 'zstd', engine_file_truncate_on_insert = 1"
    # Alternatives in a pattern hold no slash: the reports stand in one directory.
    names = ",".join(Path(file).name for file in files)
    reports = f"{Path(files[0]).parent}/{{{names}}}" if len(files) > 1 else files[0]
    engine.query(
        f"INSERT INTO FUNCTION file('{out}/{{_partition_id}}.parquet', 'Parquet') PARTITION BY `Day` "
        f"SELECT * FROM file('{reports}', 'CSVWithNames', $${columns}$$) SETTINGS {settings}"
    )


PEERS = {"polars": polars, "duckdb": duckdb, "duckdb-distinct": duckdb_distinct, "chdb": chdb}

if __name__ == "__main__":
    PEERS[sys.argv[1]](sys.argv[2], sys.argv[3:])

"""Reads the Delta tables of a Cat-Scan store with three readers and prints what they add up to, as JSON.

Usage: delta.py LAKE_DIRECTORY CONDITIONS TABLE…   per table and reader: totals by day and kind, also under each condition
                                                  ({"name": {"column": value, …}, …} as JSON)
       delta.py --probe                           exit code 0 where the readers are installed

The readers (deltalake, Polars, DuckDB with its extension delta) know nothing of Cat-Scan: they read the log.
"""

import datetime
import importlib
import json
import pathlib
import sys

METRICS = ["reached_queries", "impressions", "clicks", "spend_micros"]


def duckdb_with_delta():
    import duckdb

    connection = duckdb.connect()
    connection.execute("SET autoinstall_known_extensions = false")
    module = importlib.import_module("duckdb_extension_delta")
    [path] = pathlib.Path(module.__file__).parent.glob("extensions/*/delta.duckdb_extension")
    connection.execute(f"LOAD '{path}'")
    return connection


def by_duckdb(table, condition):
    connection = duckdb_with_delta()
    columns = [row[0] for row in connection.execute(f"DESCRIBE SELECT * FROM delta_scan('{table}')").fetchall()]
    sums = ", ".join(f"sum({name})::BIGINT" for name in METRICS if name in columns)
    where = "".join(f" AND {name} = {value!r}" for name, value in condition.items())
    return connection.execute(
        f"SELECT metric_date::TEXT, report, count(*)::BIGINT, {sums} FROM delta_scan('{table}') WHERE true{where} GROUP BY ALL"
    ).fetchall()


def by_polars(table, condition):
    import polars

    frame = polars.scan_delta(str(table))
    columns = frame.collect_schema().names()
    for name, value in condition.items():
        value = datetime.date.fromisoformat(value) if name == "metric_date" else value
        frame = frame.filter(polars.col(name) == value)
    sums = [polars.col(name).sum() for name in METRICS if name in columns]
    grouped = frame.group_by("metric_date", "report").agg(polars.len(), *sums)
    return [(str(day), *rest) for day, *rest in grouped.collect().rows()]


def by_deltalake(table, condition):
    import deltalake
    import duckdb

    # Its own query engine, over its own reading of the log and the statistics.
    opened = deltalake.DeltaTable(str(table))
    names = [field.name for field in opened.schema().fields]
    sums = ", ".join(f"sum({name})" for name in METRICS if name in names)
    where = "".join(f" AND {name} = {value!r}" for name, value in condition.items())
    answer = deltalake.QueryBuilder().register("facts", opened).execute(
        f"SELECT cast(metric_date AS varchar), report, count(*) AS n, {sums} FROM facts "
        f"WHERE true{where} GROUP BY metric_date, report"
    )
    return duckdb.sql("SELECT * FROM answer").fetchall()


READERS = {"duckdb": by_duckdb, "polars": by_polars, "deltalake": by_deltalake}


def main():
    if sys.argv[1:] == ["--probe"]:
        duckdb_with_delta()
        importlib.import_module("deltalake")
        importlib.import_module("polars")
        return
    lake, conditions = pathlib.Path(sys.argv[1]), json.loads(sys.argv[2])
    answers = {}
    for table in sys.argv[3:]:
        for reader, ask in READERS.items():
            for name, condition in {"all": {}, **conditions}.items():
                rows = [[*row[:2], *(int(value or 0) for value in row[2:])] for row in ask(lake / table, condition)]
                answers[f"{table} {reader} {name}"] = sorted(rows)
    json.dump(answers, sys.stdout)


main()

"""Reads a Cat-Scan store with DuckDB and prints what it adds up to, as JSON.

Usage: conformance.py [--s3 ENDPOINT] CATSCAN_DB [SNAPSHOT]   the answers, at the newest or at an older snapshot
       conformance.py [--s3 ENDPOINT] --probe                 exit code 0 where DuckDB and its extensions are installed

With --s3, the facts are in a bucket of the server at that endpoint, with the credentials of the environment.

DuckDB attaches the store READ_ONLY through its own DuckLake extension; it knows nothing of Cat-Scan.
"""

import importlib
import json
import os
import pathlib
import sys

EXTENSIONS = ["sqlite_scanner", "ducklake"]

TOTALS = """
    count(*)::BIGINT, coalesce(sum(reached_queries), 0)::BIGINT, coalesce(sum(impressions), 0)::BIGINT,
    coalesce(sum(clicks), 0)::BIGINT, coalesce(sum(spend_micros), 0)::BIGINT
"""


def connect(endpoint):
    import duckdb

    connection = duckdb.connect()
    connection.execute("SET autoinstall_known_extensions = false")
    for name in EXTENSIONS + (["httpfs"] if endpoint else []):
        module = importlib.import_module(f"duckdb_extension_{name}")
        [path] = pathlib.Path(module.__file__).parent.glob(f"extensions/*/{name}.duckdb_extension")
        connection.execute(f"LOAD '{path}'")
    if endpoint:
        key, secret, region = (
            os.environ.get(f"AWS_{name}", "") for name in ["ACCESS_KEY_ID", "SECRET_ACCESS_KEY", "REGION"]
        )
        connection.execute(
            f"CREATE SECRET (TYPE s3, KEY_ID '{key}', SECRET '{secret}', REGION '{region}', "
            f"ENDPOINT '{endpoint.split('//')[-1]}', URL_STYLE 'path', USE_SSL {endpoint.startswith('https')})"
        )
    return connection


def questions(facts, day, billing_id):
    return {
        "by_billing": f"SELECT billing_id, {TOTALS} FROM {facts} GROUP BY billing_id ORDER BY billing_id",
        "by_day": f"SELECT metric_date::TEXT, {TOTALS} FROM {facts} GROUP BY 1 ORDER BY 1",
        "one_day": f"SELECT billing_id, {TOTALS} FROM {facts} WHERE metric_date = DATE '{day}' "
        "GROUP BY billing_id ORDER BY billing_id",
        "one_billing": f"SELECT metric_date::TEXT, {TOTALS} FROM {facts} WHERE billing_id = '{billing_id}' "
        "GROUP BY 1 ORDER BY 1",
        "joined": f"SELECT c.display_name, {TOTALS} FROM {facts} d JOIN entities.pretargeting_configs c "
        "ON c.account_id = d.account_id AND c.billing_id = d.billing_id GROUP BY c.display_name ORDER BY c.display_name",
    }


KINDS = {
    "rtb_daily": "impressions",
    "rtb_funnel": "bid_requests",
    "rtb_bid_filtering": "bids",
    "rtb_quality": "impressions",
}


def kinds(connection):
    """Rows and one sum by kind of report, over every fact table."""
    rows = []
    for table, metric in KINDS.items():
        rows += connection.execute(
            f"SELECT report, count(*)::BIGINT, sum({metric})::BIGINT FROM lake.{table} GROUP BY report"
        ).fetchall()
    return sorted(rows)


def main():
    arguments = sys.argv[1:]
    endpoint = arguments[1] if arguments[0] == "--s3" else None
    arguments = arguments[2:] if endpoint else arguments
    if arguments == ["--probe"]:
        connect(endpoint)
        return
    database, snapshot = arguments[0], arguments[1:]
    connection = connect(endpoint)
    connection.execute(f"ATTACH 'ducklake:sqlite:{database}' AS lake (READ_ONLY)")
    connection.execute(f"ATTACH '{database}' AS entities (TYPE sqlite, READ_ONLY)")
    version = f" AT (VERSION => {int(snapshot[0])})" if snapshot else ""
    facts = f"(SELECT * FROM lake.rtb_daily{version})"
    [(day, billing_id)] = connection.execute(
        f"SELECT max(metric_date)::TEXT, mode(billing_id) FROM {facts}"
    ).fetchall()
    answers = {name: connection.execute(sql).fetchall() for name, sql in questions(facts, day, billing_id).items()}
    json.dump({"day": day, "billing_id": billing_id, "kinds": kinds(connection), **answers}, sys.stdout)


main()

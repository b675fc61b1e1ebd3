"""Computes the headline numbers with DuckDB from the text of generated CSV reports, and prints them as JSON.

Usage: headline.py REPORTS      the answers of tests/headline/duckdb.sql over the files of that directory
       headline.py --probe      exit code 0 where DuckDB is installed

Nothing of Cat-Scan is used: reports are read as text, entities as the JSON that the API gives.
"""

import decimal
import json
import pathlib
import sys

QUESTIONS = pathlib.Path(__file__).parent.parent / "headline" / "duckdb.sql"
KINDS = ["performance", "bids", "funnel_geo", "funnel_publisher", "quality", "bid_filtering", "bidder"]

APPROVED = """
CREATE VIEW approved AS
SELECT creative->>'creativeFormat' AS creativeFormat,
    (creative->'html'->>'width') || 'x' || (creative->'html'->>'height') AS wxh
FROM (
    SELECT unnest(creatives::JSON[]) AS creative
    FROM read_json('{entities}/creatives.json', columns = {{creatives: 'JSON'}}, maximum_object_size = 100000000)
)
WHERE creative->'creativeServingDecision'->'networkPolicyCompliance'->>'status' = 'APPROVED'
"""
CONFIGS = """
CREATE VIEW configs AS
SELECT config->>'billingId' AS billingId, config->>'displayName' AS displayName
FROM (
    SELECT unnest(pretargetingConfigs::JSON[]) AS config
    FROM read_json('{entities}/pretargetingConfigs.json', columns = {{pretargetingConfigs: 'JSON'}})
)
"""


def connect(reports):
    import duckdb

    connection = duckdb.connect()
    for kind in KINDS:
        files = sorted(str(path) for path in reports.glob(f"{kind}-[0-9]*.csv"))
        text = "all_varchar = true, header = true, delim = ',', quote = '\"'"
        connection.execute(f"CREATE VIEW {kind} AS SELECT * FROM read_csv({files}, {text})")
    for view in [APPROVED, CONFIGS]:
        connection.execute(view.format(entities=reports / "entities"))
    return connection


def blocks(text):
    """The statements before the first name, and the question of each name."""
    before, *named = text.split("-- name: ")
    return before, [(block.split("\n", 1)[0].strip(), block.split("\n", 1)[1]) for block in named]


def main():
    if sys.argv[1:] == ["--probe"]:
        import duckdb

        duckdb.connect()
        return
    connection = connect(pathlib.Path(sys.argv[1]))
    before, questions = blocks(QUESTIONS.read_text())
    connection.execute(before)
    answers = []
    for name, question in questions:
        answer = connection.execute(question)
        columns = [column[0] for column in answer.description]
        # Pairs, which keep their order.
        answers.append([name, [list(zip(columns, row)) for row in answer.fetchall()]])
    json.dump(answers, sys.stdout, default=lambda value: float(value) if isinstance(value, decimal.Decimal) else str(value))


main()

-- Accounts, entities, imports, work and settings. Every tenant row has account_id.
CREATE TABLE accounts (
    account_id  INTEGER PRIMARY KEY,
    name        TEXT    NOT NULL UNIQUE CHECK (length(name) BETWEEN 1 AND 200),
    bidder_id   TEXT    UNIQUE,
    currency    TEXT    CHECK (length(currency) = 3),
    date_format TEXT    CHECK (date_format IN ('month_first', 'day_first')),
    created_at  TEXT    NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
) STRICT;

INSERT INTO accounts (account_id, name) VALUES (1, 'default');

-- One row per import of one file; its state decides whether its rows are live.
CREATE TABLE import_history (
    batch_id          INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id        INTEGER NOT NULL REFERENCES accounts (account_id) ON DELETE CASCADE,
    report            TEXT    NOT NULL,
    filename          TEXT    NOT NULL,
    file_size_bytes   INTEGER NOT NULL,
    file_hash         TEXT    NOT NULL,
    hash_algorithm    TEXT    NOT NULL DEFAULT 'blake3',
    mode              TEXT    NOT NULL CHECK (mode IN ('merge', 'replace', 'skip')),
    status            TEXT    NOT NULL CHECK (status IN ('running', 'complete', 'failed', 'undone')),
    imported_at       TEXT    NOT NULL,
    finished_at       TEXT,
    rows_read         INTEGER NOT NULL DEFAULT 0,
    rows_imported     INTEGER NOT NULL DEFAULT 0,
    rows_replaced     INTEGER NOT NULL DEFAULT 0,
    rows_duplicate    INTEGER NOT NULL DEFAULT 0,
    rows_rejected     INTEGER NOT NULL DEFAULT 0,
    rows_skipped      INTEGER NOT NULL DEFAULT 0,
    date_range_start  TEXT,
    date_range_end    TEXT,
    spend_micros      INTEGER,
    currency          TEXT,
    columns_mapped    TEXT    NOT NULL DEFAULT '{}' CHECK (json_valid(columns_mapped)),
    columns_ignored   TEXT    NOT NULL DEFAULT '[]' CHECK (json_valid(columns_ignored)),
    warnings          TEXT    NOT NULL DEFAULT '{}' CHECK (json_valid(warnings)),
    faults_by_reason  TEXT    NOT NULL DEFAULT '{}' CHECK (json_valid(faults_by_reason)),
    snapshot_id       INTEGER,
    elapsed_ms        INTEGER,
    error_message     TEXT
) STRICT;

-- The same bytes are live at most once per account and kind; undo and failure free them.
CREATE UNIQUE INDEX import_history_claim ON import_history (account_id, report, file_hash)
    WHERE status IN ('running', 'complete');

CREATE TABLE import_faults (
    batch_id    INTEGER NOT NULL REFERENCES import_history (batch_id) ON DELETE CASCADE,
    account_id  INTEGER NOT NULL REFERENCES accounts (account_id) ON DELETE CASCADE,
    line        INTEGER NOT NULL,
    "column"    TEXT,
    reason      TEXT    NOT NULL,
    value       TEXT,
    PRIMARY KEY (batch_id, line, reason)
) STRICT;

CREATE TABLE events (
    event_id    INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id  INTEGER REFERENCES accounts (account_id) ON DELETE CASCADE,
    happened_at TEXT    NOT NULL,
    kind        TEXT    NOT NULL,
    subject     TEXT,
    detail      TEXT    NOT NULL DEFAULT '{}' CHECK (json_valid(detail))
) STRICT;

-- Who may ask. Of a key only its SHA-256 is stored; without an account it opens every account.
CREATE TABLE api_keys (
    key_id     INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id INTEGER REFERENCES accounts (account_id) ON DELETE CASCADE,
    label      TEXT    NOT NULL CHECK (length(label) BETWEEN 1 AND 200),
    role       TEXT    NOT NULL CHECK (role IN ('viewer', 'analyst', 'operator', 'admin')),
    key_sha256 BLOB    NOT NULL UNIQUE CHECK (length(key_sha256) = 32),
    key_start  TEXT    NOT NULL CHECK (length(key_start) <= 12),    -- its first letters, to tell keys apart
    created_at TEXT    NOT NULL,
    created_by TEXT,
    expires_at TEXT,
    revoked_at TEXT,
    last_used  TEXT
) STRICT;

CREATE INDEX api_keys_by_account ON api_keys (account_id);

-- Calls per key, account, route and day.
CREATE TABLE api_usage (
    usage_id   INTEGER PRIMARY KEY,
    account_id INTEGER REFERENCES accounts (account_id) ON DELETE CASCADE,
    key_id     INTEGER REFERENCES api_keys (key_id) ON DELETE CASCADE,
    usage_date TEXT    NOT NULL,
    method     TEXT    NOT NULL,
    route      TEXT    NOT NULL,
    calls      INTEGER NOT NULL DEFAULT 0 CHECK (calls >= 0),
    errors     INTEGER NOT NULL DEFAULT 0 CHECK (errors >= 0),
    bytes_sent INTEGER NOT NULL DEFAULT 0 CHECK (bytes_sent >= 0),
    elapsed_ms INTEGER NOT NULL DEFAULT 0 CHECK (elapsed_ms >= 0)
) STRICT;

CREATE UNIQUE INDEX api_usage_once
    ON api_usage (coalesce(account_id, 0), coalesce(key_id, 0), usage_date, method, route);
CREATE INDEX api_usage_by_account ON api_usage (account_id, usage_date);
CREATE INDEX api_usage_by_key ON api_usage (key_id);

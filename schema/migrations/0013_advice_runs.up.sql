-- When an account's advice was last made and of what, in which configs each waste is, and what it was when it was closed.
ALTER TABLE recommendations ADD COLUMN configs TEXT NOT NULL DEFAULT '[]' CHECK (json_type(configs) = 'array');
ALTER TABLE recommendations ADD COLUMN closed TEXT CHECK (json_type(closed) = 'object');    -- null: it is open

-- Advice holds as long as the account's entities and imports (entity_version), the days and the thresholds do.
CREATE TABLE advice_runs (
    account_id     INTEGER PRIMARY KEY REFERENCES accounts (account_id) ON DELETE CASCADE,
    first_day      TEXT    NOT NULL,
    last_day       TEXT    NOT NULL,
    entity_version INTEGER NOT NULL,
    thresholds     TEXT    NOT NULL,    -- a digest of the settings it was made with
    ran_at         TEXT    NOT NULL
) STRICT;

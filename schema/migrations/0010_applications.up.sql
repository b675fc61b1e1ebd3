-- Changes on their way to Google: what was about to be sent, so that a process that dies in between leaves what a retry
-- completes.

-- One act: changes of one or several configs, all or none. putting_back: something failed, and what was done before it
-- is being undone at Google.
CREATE TABLE pretargeting_applications (
    application_id INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id     INTEGER NOT NULL REFERENCES accounts (account_id) ON DELETE CASCADE,
    kind           TEXT    NOT NULL CHECK (kind IN ('apply', 'rollback')),
    state          TEXT    NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'putting_back', 'done', 'failed')),
    reason         TEXT,
    asked_by       TEXT,
    created_at     TEXT    NOT NULL,
    closed_at      TEXT,
    outcome        TEXT,
    CHECK ((state IN ('done', 'failed')) = (closed_at IS NOT NULL)),
    UNIQUE (account_id, application_id)
) STRICT;

-- Its part in one config. target is what the config shall be, as fields of the API; calls are what leads there.
CREATE TABLE pretargeting_application_configs (
    account_id         INTEGER NOT NULL REFERENCES accounts (account_id) ON DELETE CASCADE,
    application_id     INTEGER NOT NULL,
    config_id          TEXT    NOT NULL,
    position           INTEGER NOT NULL,
    before_snapshot_id INTEGER NOT NULL,
    target_snapshot_id INTEGER,    -- of a rollback
    change_ids         TEXT    NOT NULL DEFAULT '[]' CHECK (json_type(change_ids) = 'array'),
    target             TEXT    NOT NULL CHECK (json_type(target) = 'object'),
    calls              TEXT    NOT NULL CHECK (json_type(calls) = 'array'),
    is_open            INTEGER NOT NULL DEFAULT 1 CHECK (is_open IN (0, 1)),
    PRIMARY KEY (account_id, application_id, config_id),
    FOREIGN KEY (account_id, application_id)
        REFERENCES pretargeting_applications (account_id, application_id) ON DELETE CASCADE,
    FOREIGN KEY (account_id, before_snapshot_id)
        REFERENCES pretargeting_snapshots (account_id, snapshot_id) ON DELETE CASCADE
) STRICT;

CREATE INDEX pretargeting_application_configs_by_before
    ON pretargeting_application_configs (account_id, before_snapshot_id);
-- Two open acts on one config would send against each other.
CREATE UNIQUE INDEX pretargeting_application_configs_open
    ON pretargeting_application_configs (account_id, config_id) WHERE is_open = 1;

-- What a row of the history is in the life of a staged change; null where a sync or the program found the change.
ALTER TABLE pretargeting_history ADD COLUMN step TEXT
    CHECK (step IN ('staged', 'cancelled', 'applied', 'marked_applied', 'rolled_back', 'put_back'));
ALTER TABLE pretargeting_history ADD COLUMN change_id INTEGER;
ALTER TABLE pretargeting_history ADD COLUMN application_id INTEGER;

CREATE TRIGGER pretargeting_applications_inserted AFTER INSERT ON pretargeting_applications
BEGIN UPDATE entity_versions SET version = version + 1 WHERE account_id = NEW.account_id; END;
CREATE TRIGGER pretargeting_applications_updated AFTER UPDATE ON pretargeting_applications
BEGIN UPDATE entity_versions SET version = version + 1 WHERE account_id IN (OLD.account_id, NEW.account_id); END;
CREATE TRIGGER pretargeting_applications_deleted AFTER DELETE ON pretargeting_applications
BEGIN UPDATE entity_versions SET version = version + 1 WHERE account_id = OLD.account_id; END;

CREATE TRIGGER pretargeting_application_configs_inserted AFTER INSERT ON pretargeting_application_configs
BEGIN UPDATE entity_versions SET version = version + 1 WHERE account_id = NEW.account_id; END;
CREATE TRIGGER pretargeting_application_configs_updated AFTER UPDATE ON pretargeting_application_configs
BEGIN UPDATE entity_versions SET version = version + 1 WHERE account_id IN (OLD.account_id, NEW.account_id); END;
CREATE TRIGGER pretargeting_application_configs_deleted AFTER DELETE ON pretargeting_application_configs
BEGIN UPDATE entity_versions SET version = version + 1 WHERE account_id = OLD.account_id; END;

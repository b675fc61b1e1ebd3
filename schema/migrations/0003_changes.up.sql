-- Changes of pretargeting: staged, found, remembered and compared.

-- Staged here, sent to Google only when applied.
CREATE TABLE pretargeting_pending_changes (
    change_id            INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id           INTEGER NOT NULL REFERENCES accounts (account_id) ON DELETE CASCADE,
    config_id            TEXT    NOT NULL,
    billing_id           TEXT,
    change_type          TEXT    NOT NULL CHECK (change_type IN (
        'add_size', 'remove_size', 'add_geo', 'remove_geo', 'add_excluded_geo', 'remove_excluded_geo',
        'add_format', 'remove_format', 'add_publisher', 'remove_publisher', 'add_app', 'remove_app',
        'change_state', 'change_qps')),
    field_name           TEXT    NOT NULL,
    value                TEXT    NOT NULL,
    reason               TEXT,
    estimated_qps_impact REAL,
    created_at           TEXT    NOT NULL,
    created_by           TEXT,
    status               TEXT    NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'applied', 'cancelled')),
    closed_at            TEXT,
    closed_by            TEXT,
    CHECK ((status = 'pending') = (closed_at IS NULL)),
    FOREIGN KEY (account_id, config_id) REFERENCES pretargeting_configs (account_id, config_id) ON DELETE CASCADE
) STRICT;

CREATE UNIQUE INDEX pretargeting_pending_changes_once
    ON pretargeting_pending_changes (account_id, config_id, change_type, value) WHERE status = 'pending';
CREATE INDEX pretargeting_pending_changes_by_config ON pretargeting_pending_changes (account_id, config_id, change_id);

-- Every field change, whoever made it. Outlives the config, so it names it without a foreign key.
CREATE TABLE pretargeting_history (
    history_id    INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id    INTEGER NOT NULL REFERENCES accounts (account_id) ON DELETE CASCADE,
    config_id     TEXT    NOT NULL,
    bidder_id     TEXT,
    billing_id    TEXT,
    change_type   TEXT    NOT NULL CHECK (change_type <> ''),
    field_changed TEXT,
    old_value     TEXT,
    new_value     TEXT,
    change_source TEXT    NOT NULL CHECK (change_source IN ('api_sync', 'user', 'system', 'unknown')),
    changed_by    TEXT,
    changed_at    TEXT    NOT NULL
) STRICT;

CREATE INDEX pretargeting_history_by_config ON pretargeting_history (account_id, config_id, changed_at);
CREATE INDEX pretargeting_history_by_time ON pretargeting_history (account_id, changed_at);

-- A config and its sums at one moment.
CREATE TABLE pretargeting_snapshots (
    snapshot_id        INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id         INTEGER NOT NULL REFERENCES accounts (account_id) ON DELETE CASCADE,
    config_id          TEXT    NOT NULL,
    billing_id         TEXT,
    snapshot_name      TEXT,
    snapshot_type      TEXT    NOT NULL DEFAULT 'manual' CHECK (snapshot_type IN ('manual', 'before_change', 'after_change')),
    state              TEXT,
    included_formats   TEXT    CHECK (json_type(included_formats) = 'array'),
    included_platforms TEXT    CHECK (json_type(included_platforms) = 'array'),
    included_sizes     TEXT    CHECK (json_type(included_sizes) = 'array'),
    included_geos      TEXT    CHECK (json_type(included_geos) = 'array'),
    excluded_geos      TEXT    CHECK (json_type(excluded_geos) = 'array'),
    config_data        TEXT    NOT NULL CHECK (json_valid(config_data)),    -- the whole config, for a rollback
    total_reached      INTEGER NOT NULL DEFAULT 0 CHECK (total_reached >= 0),
    total_impressions  INTEGER NOT NULL DEFAULT 0 CHECK (total_impressions >= 0),
    total_clicks       INTEGER NOT NULL DEFAULT 0 CHECK (total_clicks >= 0),
    total_spend_micros INTEGER NOT NULL DEFAULT 0,
    currency           TEXT,
    days_tracked       INTEGER NOT NULL DEFAULT 0 CHECK (days_tracked >= 0),
    lake_snapshot_id   INTEGER,    -- the state of the facts that the sums were taken from
    notes              TEXT,
    created_at         TEXT    NOT NULL,
    created_by         TEXT,
    UNIQUE (account_id, snapshot_id)
) STRICT;

CREATE INDEX pretargeting_snapshots_by_config ON pretargeting_snapshots (account_id, config_id, snapshot_id);

-- Before and after a change; the deltas stand once it is completed.
CREATE TABLE snapshot_comparisons (
    comparison_id         INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id            INTEGER NOT NULL REFERENCES accounts (account_id) ON DELETE CASCADE,
    config_id             TEXT    NOT NULL,
    billing_id            TEXT,
    comparison_name       TEXT    NOT NULL,
    before_snapshot_id    INTEGER NOT NULL,
    after_snapshot_id     INTEGER,
    before_start_date     TEXT    NOT NULL,
    before_end_date       TEXT    NOT NULL,
    after_start_date      TEXT,
    after_end_date        TEXT,
    impressions_delta     INTEGER,
    impressions_delta_pct REAL,
    spend_delta_micros    INTEGER,
    spend_delta_pct       REAL,
    ctr_delta_pct         REAL,
    cpm_delta_pct         REAL,
    waste_delta_pct       REAL,
    status                TEXT    NOT NULL DEFAULT 'in_progress' CHECK (status IN ('in_progress', 'completed')),
    conclusion            TEXT,
    created_at            TEXT    NOT NULL,
    completed_at          TEXT,
    CHECK ((status = 'completed') = (completed_at IS NOT NULL)),
    FOREIGN KEY (account_id, before_snapshot_id)
        REFERENCES pretargeting_snapshots (account_id, snapshot_id) ON DELETE CASCADE,
    FOREIGN KEY (account_id, after_snapshot_id)
        REFERENCES pretargeting_snapshots (account_id, snapshot_id) ON DELETE CASCADE
) STRICT;

CREATE INDEX snapshot_comparisons_by_before ON snapshot_comparisons (account_id, before_snapshot_id);
CREATE INDEX snapshot_comparisons_by_after ON snapshot_comparisons (account_id, after_snapshot_id);

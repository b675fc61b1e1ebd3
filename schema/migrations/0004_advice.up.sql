-- What the analyses found, and what people keep beside it.

-- The id is made from type and target, so that a later run finds its own earlier advice.
CREATE TABLE recommendations (
    account_id                        INTEGER NOT NULL REFERENCES accounts (account_id) ON DELETE CASCADE,
    recommendation_id                 TEXT    NOT NULL CHECK (recommendation_id <> ''),
    type                              TEXT    NOT NULL CHECK (type IN (
        'size_mismatch', 'config_inefficiency', 'publisher_block', 'app_block', 'geo_exclusion',
        'creative_pause', 'creative_review', 'fraud_alert')),
    severity                          TEXT    NOT NULL CHECK (severity IN ('critical', 'high', 'medium', 'low')),
    confidence                        TEXT    NOT NULL CHECK (confidence IN ('high', 'medium', 'low')),
    target_type                       TEXT    NOT NULL CHECK (target_type IN (
        'size', 'publisher', 'app', 'geo', 'creative', 'config')),
    target_id                         TEXT    NOT NULL,
    title                             TEXT    NOT NULL,
    description                       TEXT    NOT NULL,
    evidence                          TEXT    NOT NULL CHECK (json_type(evidence) = 'array'),
    evidence_hash                     TEXT    NOT NULL,    -- a resolved one comes back only when this differs
    actions                           TEXT    NOT NULL CHECK (json_type(actions) = 'array'),
    affected_creatives                TEXT    NOT NULL DEFAULT '[]' CHECK (json_type(affected_creatives) = 'array'),
    affected_campaigns                TEXT    NOT NULL DEFAULT '[]' CHECK (json_type(affected_campaigns) = 'array'),
    wasted_qps                        REAL    NOT NULL,
    wasted_queries_daily              INTEGER NOT NULL,
    wasted_spend_micros               INTEGER NOT NULL DEFAULT 0,
    percent_of_total_waste            REAL    NOT NULL DEFAULT 0,
    potential_savings_monthly_micros  INTEGER NOT NULL DEFAULT 0,
    status                            TEXT    NOT NULL DEFAULT 'new' CHECK (status IN (
        'new', 'acknowledged', 'resolved', 'dismissed')),
    notes                             TEXT,
    generated_at                      TEXT    NOT NULL,
    expires_at                        TEXT,
    status_changed_at                 TEXT,
    status_changed_by                 TEXT,
    PRIMARY KEY (account_id, recommendation_id),
    UNIQUE (account_id, type, target_type, target_id)
) STRICT;

CREATE TABLE waste_signals (
    signal_id        INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id       INTEGER NOT NULL REFERENCES accounts (account_id) ON DELETE CASCADE,
    creative_id      TEXT    NOT NULL,
    signal_type      TEXT    NOT NULL CHECK (signal_type IN (
        'broken_video', 'zero_engagement', 'low_ctr', 'high_spend_low_performance', 'click_fraud', 'low_vcr',
        'disapproved')),
    confidence       TEXT    NOT NULL CHECK (confidence IN ('high', 'medium', 'low')),
    evidence         TEXT    NOT NULL CHECK (json_type(evidence) = 'object'),
    observation      TEXT    NOT NULL,
    recommendation   TEXT    NOT NULL,
    detected_at      TEXT    NOT NULL,
    resolved_at      TEXT,
    resolved_by      TEXT,
    resolution_notes TEXT
) STRICT;

CREATE UNIQUE INDEX waste_signals_open_once ON waste_signals (account_id, creative_id, signal_type)
    WHERE resolved_at IS NULL;
CREATE INDEX waste_signals_by_creative ON waste_signals (account_id, creative_id, signal_id);

CREATE TABLE thumbnail_status (
    account_id   INTEGER NOT NULL REFERENCES accounts (account_id) ON DELETE CASCADE,
    creative_id  TEXT    NOT NULL,
    status       TEXT    NOT NULL CHECK (status IN ('success', 'failed', 'skipped')),
    error_reason TEXT    CHECK (error_reason IN (
        'url_expired', 'url_not_found', 'timeout', 'invalid_url', 'network_error', 'no_url', 'no_video_url',
        'not_video', 'unknown')),
    source_url   TEXT,
    attempted_at TEXT    NOT NULL,
    PRIMARY KEY (account_id, creative_id),
    FOREIGN KEY (account_id, creative_id) REFERENCES creatives (account_id, creative_id) ON DELETE CASCADE
) STRICT;

CREATE TABLE saved_queries (
    query_id    INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id  INTEGER NOT NULL REFERENCES accounts (account_id) ON DELETE CASCADE,
    name        TEXT    NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    sql         TEXT    NOT NULL CHECK (sql <> ''),
    description TEXT,
    created_at  TEXT    NOT NULL,
    created_by  TEXT,
    updated_at  TEXT    NOT NULL,
    UNIQUE (account_id, name)
) STRICT;

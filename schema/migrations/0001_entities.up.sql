-- Accounts, what Google says about them, and the imports of their reports.
-- Every tenant row carries account_id. Times are RFC 3339 text in UTC, days are YYYY-MM-DD, lists are JSON arrays.
PRAGMA application_id = 0x43617473;

-- Ids are never used again, because files of the lake and caches are named by them.
CREATE TABLE accounts (
    account_id  INTEGER PRIMARY KEY AUTOINCREMENT,
    name        TEXT    NOT NULL UNIQUE COLLATE NOCASE CHECK (length(name) BETWEEN 1 AND 200),
    bidder_id   TEXT    UNIQUE CHECK (bidder_id <> ''),
    currency    TEXT    CHECK (currency GLOB '[A-Z][A-Z][A-Z]'),
    date_format TEXT    CHECK (date_format IN ('month_first', 'day_first')),
    created_at  TEXT    NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
) STRICT;

INSERT INTO accounts (account_id, name) VALUES (1, 'default');

-- The key file itself stands under keys/; here is only where it is.
CREATE TABLE service_accounts (
    account_id         INTEGER NOT NULL REFERENCES accounts (account_id) ON DELETE CASCADE,
    service_account_id TEXT    NOT NULL CHECK (service_account_id <> ''),
    client_email       TEXT    NOT NULL CHECK (client_email <> ''),
    project_id         TEXT,
    display_name       TEXT,
    credentials_path   TEXT    NOT NULL,
    is_active          INTEGER NOT NULL DEFAULT 1 CHECK (is_active IN (0, 1)),
    created_at         TEXT    NOT NULL,
    last_used          TEXT,
    PRIMARY KEY (account_id, service_account_id),
    UNIQUE (account_id, client_email)
) STRICT;

CREATE TABLE buyer_seats (
    account_id                    INTEGER NOT NULL REFERENCES accounts (account_id) ON DELETE CASCADE,
    buyer_id                      TEXT    NOT NULL CHECK (buyer_id <> ''),
    bidder_id                     TEXT,
    display_name                  TEXT,
    user_name                     TEXT,    -- the user's own name for the seat; a sync never touches it
    active                        INTEGER NOT NULL DEFAULT 1 CHECK (active IN (0, 1)),
    active_creative_count         INTEGER CHECK (active_creative_count >= 0),
    maximum_active_creative_count INTEGER CHECK (maximum_active_creative_count >= 0),
    billing_ids                   TEXT    NOT NULL DEFAULT '[]' CHECK (json_type(billing_ids) = 'array'),
    service_account_id            TEXT,
    raw_data                      TEXT    NOT NULL DEFAULT '{}' CHECK (json_valid(raw_data)),
    created_at                    TEXT    NOT NULL,
    last_synced                   TEXT,
    vanished_at                   TEXT,    -- the sync that no longer found it
    PRIMARY KEY (account_id, buyer_id),
    FOREIGN KEY (account_id, service_account_id) REFERENCES service_accounts (account_id, service_account_id)
) STRICT;

CREATE INDEX buyer_seats_by_service_account ON buyer_seats (account_id, service_account_id);

-- Seats outlive the credentials they were read with (SET NULL would clear account_id too).
CREATE TRIGGER service_accounts_leave_their_seats BEFORE DELETE ON service_accounts
BEGIN
    UPDATE buyer_seats SET service_account_id = NULL
    WHERE account_id = OLD.account_id AND service_account_id = OLD.service_account_id;
END;

-- In the lists, null means "not restricted". A billing id belongs to one config, so that no join doubles money.
CREATE TABLE pretargeting_configs (
    account_id                            INTEGER NOT NULL REFERENCES accounts (account_id) ON DELETE CASCADE,
    config_id                             TEXT    NOT NULL CHECK (config_id <> ''),
    bidder_id                             TEXT,
    billing_id                            TEXT    CHECK (billing_id <> ''),
    display_name                          TEXT,
    user_name                             TEXT,    -- the user's own name for the config; a sync never touches it
    state                                 TEXT    NOT NULL,
    maximum_qps                           INTEGER CHECK (maximum_qps >= 0),
    included_formats                      TEXT    CHECK (json_type(included_formats) = 'array'),
    included_platforms                    TEXT    CHECK (json_type(included_platforms) = 'array'),
    included_environments                 TEXT    CHECK (json_type(included_environments) = 'array'),
    included_sizes                        TEXT    CHECK (json_type(included_sizes) = 'array'),
    included_geos                         TEXT    CHECK (json_type(included_geos) = 'array'),
    excluded_geos                         TEXT    CHECK (json_type(excluded_geos) = 'array'),
    invalid_geos                          TEXT    CHECK (json_type(invalid_geos) = 'array'),
    included_user_lists                   TEXT    CHECK (json_type(included_user_lists) = 'array'),
    excluded_user_lists                   TEXT    CHECK (json_type(excluded_user_lists) = 'array'),
    included_verticals                    TEXT    CHECK (json_type(included_verticals) = 'array'),
    excluded_verticals                    TEXT    CHECK (json_type(excluded_verticals) = 'array'),
    interstitial_targeting                TEXT,
    allowed_user_targeting_modes          TEXT    CHECK (json_type(allowed_user_targeting_modes) = 'array'),
    included_user_id_types                TEXT    CHECK (json_type(included_user_id_types) = 'array'),
    included_languages                    TEXT    CHECK (json_type(included_languages) = 'array'),
    included_mobile_operating_systems     TEXT    CHECK (json_type(included_mobile_operating_systems) = 'array'),
    excluded_content_labels               TEXT    CHECK (json_type(excluded_content_labels) = 'array'),
    web_targeting_mode                    TEXT,
    web_targeting_values                  TEXT    CHECK (json_type(web_targeting_values) = 'array'),
    publisher_targeting_mode              TEXT,
    publisher_targeting_values            TEXT    CHECK (json_type(publisher_targeting_values) = 'array'),
    app_targeting_mode                    TEXT,
    app_targeting_values                  TEXT    CHECK (json_type(app_targeting_values) = 'array'),
    included_app_categories               TEXT    CHECK (json_type(included_app_categories) = 'array'),
    excluded_app_categories               TEXT    CHECK (json_type(excluded_app_categories) = 'array'),
    minimum_viewability_decile            INTEGER CHECK (minimum_viewability_decile BETWEEN 0 AND 10),
    raw_data                              TEXT    NOT NULL CHECK (json_valid(raw_data)),
    created_at                            TEXT    NOT NULL,
    synced_at                             TEXT,
    vanished_at                           TEXT,    -- the sync that no longer found it
    PRIMARY KEY (account_id, config_id),
    UNIQUE (account_id, billing_id)
) STRICT;

CREATE TABLE rtb_endpoints (
    account_id       INTEGER NOT NULL REFERENCES accounts (account_id) ON DELETE CASCADE,
    endpoint_id      TEXT    NOT NULL CHECK (endpoint_id <> ''),
    bidder_id        TEXT,
    url              TEXT    NOT NULL,
    maximum_qps      INTEGER CHECK (maximum_qps >= 0),    -- null: no limit was set
    trading_location TEXT    NOT NULL,
    bid_protocol     TEXT,
    raw_data         TEXT    NOT NULL CHECK (json_valid(raw_data)),
    created_at       TEXT    NOT NULL,
    synced_at        TEXT,
    PRIMARY KEY (account_id, endpoint_id)
) STRICT;

-- A row per import of one file; its status decides whether its rows are live.
CREATE TABLE import_history (
    batch_id          INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id        INTEGER NOT NULL REFERENCES accounts (account_id) ON DELETE CASCADE,
    report            TEXT    NOT NULL,
    filename          TEXT    NOT NULL,
    file_size_bytes   INTEGER NOT NULL CHECK (file_size_bytes >= 0),
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
    billing_ids       TEXT    NOT NULL DEFAULT '[]' CHECK (json_type(billing_ids) = 'array'),
    columns_mapped    TEXT    NOT NULL DEFAULT '{}' CHECK (json_valid(columns_mapped)),
    columns_ignored   TEXT    NOT NULL DEFAULT '[]' CHECK (json_valid(columns_ignored)),
    warnings          TEXT    NOT NULL DEFAULT '{}' CHECK (json_valid(warnings)),
    faults_by_reason  TEXT    NOT NULL DEFAULT '{}' CHECK (json_valid(faults_by_reason)),
    snapshot_id       INTEGER,
    elapsed_ms        INTEGER,
    error_message     TEXT,
    UNIQUE (account_id, batch_id)
) STRICT;

-- The same bytes are live at most once per account and kind; undo and failure free them.
CREATE UNIQUE INDEX import_history_claim ON import_history (account_id, report, file_hash)
    WHERE status IN ('running', 'complete');

CREATE TABLE import_faults (
    fault_id    INTEGER PRIMARY KEY,
    batch_id    INTEGER NOT NULL,
    account_id  INTEGER NOT NULL REFERENCES accounts (account_id) ON DELETE CASCADE,
    line        INTEGER NOT NULL,
    "column"    TEXT,
    reason      TEXT    NOT NULL,
    value       TEXT,
    FOREIGN KEY (account_id, batch_id) REFERENCES import_history (account_id, batch_id) ON DELETE CASCADE
) STRICT;

CREATE INDEX import_faults_by_batch ON import_faults (account_id, batch_id, line);

-- What was taken in before, by whatever way it came (file, mail); never expires.
CREATE TABLE processed_hashes (
    account_id     INTEGER NOT NULL REFERENCES accounts (account_id) ON DELETE CASCADE,
    kind           TEXT    NOT NULL CHECK (kind IN ('file', 'mail')),
    hash_algorithm TEXT    NOT NULL CHECK (hash_algorithm IN ('blake3', 'sha256', 'md5', 'message_id')),
    hash           TEXT    NOT NULL CHECK (hash <> ''),
    batch_id       INTEGER REFERENCES import_history (batch_id) ON DELETE SET NULL,
    processed_at   TEXT    NOT NULL,
    PRIMARY KEY (account_id, kind, hash_algorithm, hash)
) STRICT;

CREATE INDEX processed_hashes_by_batch ON processed_hashes (batch_id);

CREATE TABLE creatives (
    account_id                   INTEGER NOT NULL REFERENCES accounts (account_id) ON DELETE CASCADE,
    creative_id                  TEXT    NOT NULL CHECK (length(creative_id) BETWEEN 1 AND 128),
    buyer_id                     TEXT,
    name                         TEXT,    -- the API's resource name
    format                       TEXT    NOT NULL,
    width                        INTEGER CHECK (width >= 0),
    height                       INTEGER CHECK (height >= 0),
    canonical_size               TEXT,
    approval_status              TEXT,    -- for the open auction
    deals_approval_status        TEXT,
    policy_topics                TEXT    NOT NULL DEFAULT '[]' CHECK (json_type(policy_topics) = 'array'),
    advertiser_name              TEXT,
    final_url                    TEXT,
    display_url                  TEXT,
    utm_source                   TEXT,
    utm_medium                   TEXT,
    utm_campaign                 TEXT,
    utm_content                  TEXT,
    utm_term                     TEXT,
    declared_click_through_urls  TEXT    NOT NULL DEFAULT '[]' CHECK (json_type(declared_click_through_urls) = 'array'),
    detected_click_through_urls  TEXT    NOT NULL DEFAULT '[]' CHECK (json_type(detected_click_through_urls) = 'array'),
    detected_domains             TEXT    NOT NULL DEFAULT '[]' CHECK (json_type(detected_domains) = 'array'),
    api_version                  INTEGER,
    api_update_time              TEXT,
    first_seen_at                TEXT    NOT NULL,
    first_import_batch_id        INTEGER REFERENCES import_history (batch_id) ON DELETE SET NULL,
    raw_data                     TEXT    NOT NULL DEFAULT '{}' CHECK (json_valid(raw_data)),
    synced_at                    TEXT,
    vanished_at                  TEXT,    -- the sync that no longer found it
    PRIMARY KEY (account_id, creative_id)
) STRICT;

CREATE INDEX creatives_by_buyer ON creatives (account_id, buyer_id);
CREATE INDEX creatives_by_first_import ON creatives (first_import_batch_id);

-- Ids are integers unique over all accounts, because the dashboard parses them.
CREATE TABLE campaigns (
    campaign_id       INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id        INTEGER NOT NULL REFERENCES accounts (account_id) ON DELETE CASCADE,
    name              TEXT    NOT NULL CHECK (length(name) BETWEEN 1 AND 500),
    description       TEXT,
    status            TEXT    NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'paused', 'archived')),
    is_ai_generated   INTEGER NOT NULL DEFAULT 0 CHECK (is_ai_generated IN (0, 1)),
    ai_confidence     REAL    CHECK (ai_confidence BETWEEN 0 AND 1),
    clustering_method TEXT    CHECK (clustering_method IN ('manual', 'domain', 'url', 'advertiser', 'ai')),
    created_at        TEXT    NOT NULL,
    updated_at        TEXT    NOT NULL,
    UNIQUE (account_id, campaign_id)
) STRICT;

-- A creative is in at most one campaign; what a user assigned, clustering leaves alone.
CREATE TABLE campaign_creatives (
    account_id  INTEGER NOT NULL REFERENCES accounts (account_id) ON DELETE CASCADE,
    creative_id TEXT    NOT NULL,
    campaign_id INTEGER NOT NULL,
    assigned_by TEXT    NOT NULL CHECK (assigned_by IN ('user', 'clustering')),
    assigned_at TEXT    NOT NULL,
    PRIMARY KEY (account_id, creative_id),
    FOREIGN KEY (account_id, creative_id) REFERENCES creatives (account_id, creative_id) ON DELETE CASCADE,
    FOREIGN KEY (account_id, campaign_id) REFERENCES campaigns (account_id, campaign_id) ON DELETE CASCADE
) STRICT;

CREATE INDEX campaign_creatives_by_campaign ON campaign_creatives (account_id, campaign_id);

-- Thresholds and retention of an account, where they differ from the defaults.
CREATE TABLE settings (
    account_id INTEGER NOT NULL REFERENCES accounts (account_id) ON DELETE CASCADE,
    name       TEXT    NOT NULL CHECK (name <> ''),
    value      TEXT    NOT NULL CHECK (json_valid(value)),
    updated_at TEXT    NOT NULL,
    PRIMARY KEY (account_id, name)
) STRICT;

-- What happened, for people and for server-sent events; without an account it concerns the whole store.
CREATE TABLE events (
    event_id    INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id  INTEGER REFERENCES accounts (account_id) ON DELETE CASCADE,
    happened_at TEXT    NOT NULL,
    kind        TEXT    NOT NULL,
    subject     TEXT,
    detail      TEXT    NOT NULL DEFAULT '{}' CHECK (json_valid(detail))
) STRICT;

CREATE INDEX events_by_account ON events (account_id, event_id);

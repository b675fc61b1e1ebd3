-- The catalog of the lake: a DuckLake 1.0 catalog, and our own facts about its files.
-- Names, columns and types of ducklake_* are those that DuckDB 1.5 creates (catalog version '1.0'): DuckDB opens
-- this database as the catalog of the fact store. They are a foreign format, so they are not STRICT. A table that
-- we leave empty still has to be there, because DuckDB reads all of them when it attaches.
CREATE TABLE ducklake_metadata (
    "key"    VARCHAR NOT NULL,
    "value"  VARCHAR NOT NULL,
    "scope"  VARCHAR,
    scope_id BIGINT
);

CREATE TABLE ducklake_snapshot (
    snapshot_id     BIGINT PRIMARY KEY,
    snapshot_time   VARCHAR,
    schema_version  BIGINT,
    next_catalog_id BIGINT,
    next_file_id    BIGINT
);
CREATE INDEX ducklake_snapshot_by_time ON ducklake_snapshot (snapshot_time, snapshot_id);

CREATE TABLE ducklake_snapshot_changes (
    snapshot_id       BIGINT PRIMARY KEY,
    changes_made      VARCHAR,
    author            VARCHAR,
    commit_message    VARCHAR,
    commit_extra_info VARCHAR
);

CREATE TABLE ducklake_schema (
    schema_id        BIGINT PRIMARY KEY,
    schema_uuid      VARCHAR,
    begin_snapshot   BIGINT,
    end_snapshot     BIGINT,
    schema_name      VARCHAR,
    path             VARCHAR,
    path_is_relative BIGINT
);

CREATE TABLE ducklake_schema_versions (
    begin_snapshot BIGINT,
    schema_version BIGINT,
    table_id       BIGINT
);

CREATE TABLE ducklake_table (
    table_id         BIGINT,
    table_uuid       VARCHAR,
    begin_snapshot   BIGINT,
    end_snapshot     BIGINT,
    schema_id        BIGINT,
    table_name       VARCHAR,
    path             VARCHAR,
    path_is_relative BIGINT
);

CREATE TABLE ducklake_view (
    view_id        BIGINT,
    view_uuid      VARCHAR,
    begin_snapshot BIGINT,
    end_snapshot   BIGINT,
    schema_id      BIGINT,
    view_name      VARCHAR,
    dialect        VARCHAR,
    "sql"          VARCHAR,
    column_aliases VARCHAR
);

CREATE TABLE ducklake_tag (
    object_id      BIGINT,
    begin_snapshot BIGINT,
    end_snapshot   BIGINT,
    "key"          VARCHAR,
    "value"        VARCHAR
);

CREATE TABLE ducklake_column_tag (
    table_id       BIGINT,
    column_id      BIGINT,
    begin_snapshot BIGINT,
    end_snapshot   BIGINT,
    "key"          VARCHAR,
    "value"        VARCHAR
);

CREATE TABLE ducklake_column (
    column_id             BIGINT,
    begin_snapshot        BIGINT,
    end_snapshot          BIGINT,
    table_id              BIGINT,
    column_order          BIGINT,
    column_name           VARCHAR,
    column_type           VARCHAR,
    initial_default       VARCHAR,
    default_value         VARCHAR,
    nulls_allowed         BIGINT,
    parent_column         BIGINT,
    default_value_type    VARCHAR,
    default_value_dialect VARCHAR
);

CREATE TABLE ducklake_data_file (
    data_file_id     BIGINT PRIMARY KEY,
    table_id         BIGINT,
    begin_snapshot   BIGINT,
    end_snapshot     BIGINT,
    file_order       BIGINT,
    path             VARCHAR,
    path_is_relative BIGINT,
    file_format      VARCHAR,
    record_count     BIGINT,
    file_size_bytes  BIGINT,
    footer_size      BIGINT,
    row_id_start     BIGINT,
    partition_id     BIGINT,
    encryption_key   VARCHAR,
    mapping_id       BIGINT,
    partial_max      BIGINT
);
-- "Live at snapshot n" is two ranges of this index: never ended, or ended after n.
CREATE INDEX ducklake_data_file_by_end ON ducklake_data_file (end_snapshot, begin_snapshot, data_file_id);

CREATE TABLE ducklake_delete_file (
    delete_file_id   BIGINT PRIMARY KEY,
    table_id         BIGINT,
    begin_snapshot   BIGINT,
    end_snapshot     BIGINT,
    data_file_id     BIGINT,
    path             VARCHAR,
    path_is_relative BIGINT,
    format           VARCHAR,
    delete_count     BIGINT,
    file_size_bytes  BIGINT,
    footer_size      BIGINT,
    encryption_key   VARCHAR,
    partial_max      BIGINT
);

CREATE TABLE ducklake_file_column_stats (
    data_file_id      BIGINT,
    table_id          BIGINT,
    column_id         BIGINT,
    column_size_bytes BIGINT,
    value_count       BIGINT,
    null_count        BIGINT,
    min_value         VARCHAR,
    max_value         VARCHAR,
    contains_nan      BIGINT,
    extra_stats       VARCHAR
);
CREATE INDEX ducklake_file_column_stats_by_column ON ducklake_file_column_stats (table_id, column_id);
CREATE INDEX ducklake_file_column_stats_by_file ON ducklake_file_column_stats (data_file_id);

CREATE TABLE ducklake_file_variant_stats (
    data_file_id      BIGINT,
    table_id          BIGINT,
    column_id         BIGINT,
    variant_path      VARCHAR,
    shredded_type     VARCHAR,
    column_size_bytes BIGINT,
    value_count       BIGINT,
    null_count        BIGINT,
    min_value         VARCHAR,
    max_value         VARCHAR,
    contains_nan      BIGINT,
    extra_stats       VARCHAR
);

CREATE TABLE ducklake_table_stats (
    table_id        BIGINT,
    record_count    BIGINT,
    next_row_id     BIGINT,
    file_size_bytes BIGINT
);

CREATE TABLE ducklake_table_column_stats (
    table_id      BIGINT,
    column_id     BIGINT,
    contains_null BIGINT,
    contains_nan  BIGINT,
    min_value     VARCHAR,
    max_value     VARCHAR,
    extra_stats   VARCHAR
);

CREATE TABLE ducklake_partition_info (
    partition_id   BIGINT,
    table_id       BIGINT,
    begin_snapshot BIGINT,
    end_snapshot   BIGINT
);

CREATE TABLE ducklake_partition_column (
    partition_id        BIGINT,
    table_id            BIGINT,
    partition_key_index BIGINT,
    column_id           BIGINT,
    "transform"         VARCHAR
);

CREATE TABLE ducklake_file_partition_value (
    data_file_id        BIGINT,
    table_id            BIGINT,
    partition_key_index BIGINT,
    partition_value     VARCHAR
);
CREATE INDEX ducklake_file_partition_value_by_file ON ducklake_file_partition_value (data_file_id);

CREATE TABLE ducklake_files_scheduled_for_deletion (
    data_file_id     BIGINT,
    path             VARCHAR,
    path_is_relative BIGINT,
    schedule_start   VARCHAR
);

CREATE TABLE ducklake_inlined_data_tables (
    table_id       BIGINT,
    table_name     VARCHAR,
    schema_version BIGINT
);

CREATE TABLE ducklake_column_mapping (
    mapping_id BIGINT,
    table_id   BIGINT,
    "type"     VARCHAR
);

CREATE TABLE ducklake_name_mapping (
    mapping_id      BIGINT,
    column_id       BIGINT,
    source_name     VARCHAR,
    target_field_id BIGINT,
    parent_column   BIGINT,
    is_partition    BIGINT
);

CREATE TABLE ducklake_macro (
    schema_id      BIGINT,
    macro_id       BIGINT,
    macro_name     VARCHAR,
    begin_snapshot BIGINT,
    end_snapshot   BIGINT
);

CREATE TABLE ducklake_macro_impl (
    macro_id BIGINT,
    impl_id  BIGINT,
    dialect  VARCHAR,
    "sql"    VARCHAR,
    "type"   VARCHAR
);

CREATE TABLE ducklake_macro_parameters (
    macro_id           BIGINT,
    impl_id            BIGINT,
    column_id          BIGINT,
    parameter_name     VARCHAR,
    parameter_type     VARCHAR,
    default_value      VARCHAR,
    default_value_type VARCHAR
);

CREATE TABLE ducklake_sort_info (
    sort_id        BIGINT,
    table_id       BIGINT,
    begin_snapshot BIGINT,
    end_snapshot   BIGINT
);

CREATE TABLE ducklake_sort_expression (
    sort_id        BIGINT,
    table_id       BIGINT,
    sort_key_index BIGINT,
    expression     VARCHAR,
    dialect        VARCHAR,
    sort_direction VARCHAR,
    null_order     VARCHAR
);

-- The id of this store, also written into its directory: nothing is swept in a directory with another id.
CREATE TABLE lake_store (
    one        INTEGER PRIMARY KEY CHECK (one = 1),
    store_id   TEXT NOT NULL CHECK (length(store_id) = 36),
    created_at TEXT NOT NULL
) STRICT;

-- What we know of a data file beyond DuckLake: one row per row of ducklake_data_file, never changed.
CREATE TABLE lake_files (
    file_id       INTEGER PRIMARY KEY REFERENCES ducklake_data_file (data_file_id) ON DELETE CASCADE,
    table_name    TEXT    NOT NULL,
    account_id    INTEGER NOT NULL,
    report        TEXT    NOT NULL,
    metric_date   TEXT    NOT NULL CHECK (length(metric_date) = 10),
    path          TEXT    NOT NULL UNIQUE,
    rows          INTEGER NOT NULL CHECK (rows > 0),
    bytes         INTEGER NOT NULL CHECK (bytes > 0),
    -- The trailing bytes that hold footer and page index: read in one go.
    tail_bytes    INTEGER NOT NULL CHECK (tail_bytes BETWEEN 8 AND bytes),
    blake3        BLOB    NOT NULL CHECK (length(blake3) = 32),
    -- First 8 bytes of the BLAKE3 of each 64 KiB block; checked whenever a block is read.
    block_hashes  BLOB    NOT NULL CHECK (length(block_hashes) = 8 * ((bytes + 65535) / 65536)),
    -- The dimensions that identify a row of this file: JSON array of column names.
    grain         TEXT    NOT NULL CHECK (json_valid(grain)),
    -- The columns stored in this file, in file order: JSON array of name, nulls and bounds.
    columns       TEXT    NOT NULL CHECK (json_valid(columns))
) STRICT;
CREATE INDEX lake_files_by_scope ON lake_files (table_name, account_id, report, metric_date);

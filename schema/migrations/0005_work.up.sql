-- Background work. Without an account a job concerns the whole store (compaction, backup).
CREATE TABLE jobs (
    job_id        INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id    INTEGER REFERENCES accounts (account_id) ON DELETE CASCADE,
    kind          TEXT    NOT NULL CHECK (kind <> ''),
    state         TEXT    NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'running', 'done', 'failed', 'cancelled')),
    arguments     TEXT    NOT NULL DEFAULT '{}' CHECK (json_type(arguments) = 'object'),
    result        TEXT    CHECK (json_valid(result)),
    error_message TEXT,
    attempts      INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    max_attempts  INTEGER NOT NULL DEFAULT 1 CHECK (max_attempts >= 1),
    created_at    TEXT    NOT NULL,
    created_by    TEXT,
    run_after     TEXT    NOT NULL,
    started_at    TEXT,
    heartbeat_at  TEXT,    -- a running job without a recent one belonged to a process that died
    finished_at   TEXT,
    CHECK ((state IN ('done', 'failed', 'cancelled')) = (finished_at IS NOT NULL))
) STRICT;

CREATE INDEX jobs_by_account ON jobs (account_id, job_id);
CREATE INDEX jobs_waiting ON jobs (run_after, job_id) WHERE state = 'queued';
CREATE INDEX jobs_running ON jobs (heartbeat_at) WHERE state = 'running';

CREATE TABLE job_stages (
    job_id      INTEGER NOT NULL REFERENCES jobs (job_id) ON DELETE CASCADE,
    stage       INTEGER NOT NULL CHECK (stage >= 0),
    account_id  INTEGER REFERENCES accounts (account_id) ON DELETE CASCADE,
    name        TEXT    NOT NULL,
    items_done  INTEGER NOT NULL DEFAULT 0 CHECK (items_done >= 0),
    items_total INTEGER CHECK (items_total >= 0),
    detail      TEXT    NOT NULL DEFAULT '{}' CHECK (json_valid(detail)),
    started_at  TEXT    NOT NULL,
    finished_at TEXT,
    PRIMARY KEY (job_id, stage)
) STRICT;

CREATE INDEX job_stages_by_account ON job_stages (account_id);

CREATE TABLE schedules (
    schedule_id      INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id       INTEGER REFERENCES accounts (account_id) ON DELETE CASCADE,
    kind             TEXT    NOT NULL CHECK (kind <> ''),
    arguments        TEXT    NOT NULL DEFAULT '{}' CHECK (json_type(arguments) = 'object'),
    interval_seconds INTEGER NOT NULL CHECK (interval_seconds >= 60),
    enabled          INTEGER NOT NULL DEFAULT 1 CHECK (enabled IN (0, 1)),
    next_run_at      TEXT    NOT NULL,
    last_job_id      INTEGER REFERENCES jobs (job_id) ON DELETE SET NULL,
    created_at       TEXT    NOT NULL
) STRICT;

CREATE UNIQUE INDEX schedules_once ON schedules (coalesce(account_id, 0), kind, arguments);
CREATE INDEX schedules_by_account ON schedules (account_id);
CREATE INDEX schedules_by_last_job ON schedules (last_job_id);
CREATE INDEX schedules_due ON schedules (next_run_at) WHERE enabled = 1;

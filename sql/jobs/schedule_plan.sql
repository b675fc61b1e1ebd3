-- What is to be done without being asked (?1: kind, ?2: arguments) every so often (?3: seconds, ?4: whether at all), the first
-- time at ?5. A shorter wait than before counts from now (?6) on.
INSERT INTO schedules (kind, arguments, interval_seconds, enabled, next_run_at, created_at)
VALUES (?1, ?2, ?3, ?4, ?5, ?6)
ON CONFLICT DO UPDATE SET
    next_run_at = CASE
        WHEN enabled = 0 OR interval_seconds <> excluded.interval_seconds THEN min(next_run_at, excluded.next_run_at)
        ELSE next_run_at
    END,
    interval_seconds = excluded.interval_seconds,
    enabled = excluded.enabled

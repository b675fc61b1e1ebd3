-- The last analysis of an account: account, first and last day, entity version, digest of the thresholds, when.
INSERT INTO advice_runs (account_id, first_day, last_day, entity_version, thresholds, ran_at)
VALUES (?1, ?2, ?3, ?4, ?5, ?6)
ON CONFLICT (account_id) DO UPDATE SET
    first_day = excluded.first_day,
    last_day = excluded.last_day,
    entity_version = excluded.entity_version,
    thresholds = excluded.thresholds,
    ran_at = excluded.ran_at;

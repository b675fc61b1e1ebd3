-- A user took a creative out of its campaign: account, creative, now, who.
INSERT INTO campaign_removals (account_id, creative_id, removed_at, removed_by)
VALUES (?1, ?2, ?3, ?4)
ON CONFLICT (account_id, creative_id) DO UPDATE SET removed_at = excluded.removed_at, removed_by = excluded.removed_by;

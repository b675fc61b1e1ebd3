-- Somebody resolved a sign of waste: account, signal, when, who, notes.
UPDATE waste_signals
SET resolved_at = ?3, resolved_by = ?4, resolution_notes = ?5
WHERE account_id = ?1 AND signal_id = ?2 AND resolved_at IS NULL;

-- A pending change (?2) ends as ?3.
UPDATE pretargeting_pending_changes
SET status = ?3, closed_at = ?4, closed_by = ?5
WHERE account_id = ?1 AND change_id = ?2 AND status = 'pending';

-- What became of a recommendation: account, id, status, when, who, notes.
UPDATE recommendations
SET status = ?3, status_changed_at = ?4, status_changed_by = ?5, notes = ?6
WHERE account_id = ?1 AND recommendation_id = ?2;

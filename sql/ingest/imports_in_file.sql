-- Live imports of an account (?1) and kind (?2) whose rows may be in a file: of numbers from ?3 to ?4, with the file's day.
SELECT batch_id, filename
FROM import_history
WHERE account_id = ?1 AND report = ?2 AND batch_id BETWEEN ?3 AND ?4 AND status = 'complete'
  AND coalesce(date_range_start, ?5) <= ?5 AND coalesce(date_range_end, ?5) >= ?5
ORDER BY batch_id

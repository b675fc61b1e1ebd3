-- When reports of each kind were last imported for an account.
SELECT report, max(finished_at) FROM import_history WHERE account_id = ?1 AND status = 'complete' GROUP BY report;

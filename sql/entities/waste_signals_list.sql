-- Signs of waste of an account (?1), or of one of its creatives (?2), newest first; resolved ones only where asked (?3).
SELECT *
FROM waste_signals
WHERE account_id = ?1 AND (?2 IS NULL OR creative_id = ?2) AND (?3 OR resolved_at IS NULL)
ORDER BY detected_at DESC, signal_id DESC;

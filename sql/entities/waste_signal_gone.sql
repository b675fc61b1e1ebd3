-- A resolved sign of waste was looked for and not found: account, signal, when. The first time counts.
UPDATE waste_signals
SET evidence = json_set(evidence, '$.no_longer_found_at', ?3)
WHERE account_id = ?1 AND signal_id = ?2 AND resolved_at IS NOT NULL
    AND json_extract(evidence, '$.no_longer_found_at') IS NULL;

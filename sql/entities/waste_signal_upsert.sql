-- A sign of waste in a creative; the open one of that type is brought up to date.
INSERT INTO waste_signals
    (account_id, creative_id, signal_type, confidence, evidence, observation, recommendation, detected_at)
VALUES (:account_id, :creative_id, :signal_type, :confidence, :evidence, :observation, :recommendation, :now)
ON CONFLICT (account_id, creative_id, signal_type) WHERE resolved_at IS NULL DO UPDATE SET
    confidence = excluded.confidence,
    evidence = excluded.evidence,
    observation = excluded.observation,
    recommendation = excluded.recommendation
RETURNING signal_id;

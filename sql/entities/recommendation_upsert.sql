-- What an analysis advises. Other evidence makes known advice new again; the same leaves what became of it.
INSERT INTO recommendations (
    account_id, recommendation_id, type, severity, confidence, target_type, target_id, title, description, evidence,
    evidence_hash, actions, affected_creatives, affected_campaigns, wasted_qps, wasted_queries_daily,
    wasted_spend_micros, percent_of_total_waste, potential_savings_monthly_micros, generated_at, expires_at)
VALUES (
    :account_id, :recommendation_id, :type, :severity, :confidence, :target_type, :target_id, :title, :description,
    :evidence, :evidence_hash, :actions, :affected_creatives, :affected_campaigns, :wasted_qps, :wasted_queries_daily,
    :wasted_spend_micros, :percent_of_total_waste, :potential_savings_monthly_micros, :now, :expires_at)
ON CONFLICT (account_id, recommendation_id) DO UPDATE SET
    severity = excluded.severity,
    confidence = excluded.confidence,
    title = excluded.title,
    description = excluded.description,
    evidence = excluded.evidence,
    evidence_hash = excluded.evidence_hash,
    actions = excluded.actions,
    affected_creatives = excluded.affected_creatives,
    affected_campaigns = excluded.affected_campaigns,
    wasted_qps = excluded.wasted_qps,
    wasted_queries_daily = excluded.wasted_queries_daily,
    wasted_spend_micros = excluded.wasted_spend_micros,
    percent_of_total_waste = excluded.percent_of_total_waste,
    potential_savings_monthly_micros = excluded.potential_savings_monthly_micros,
    generated_at = excluded.generated_at,
    expires_at = excluded.expires_at,
    status = CASE WHEN evidence_hash = excluded.evidence_hash THEN status ELSE 'new' END,
    notes = CASE WHEN evidence_hash = excluded.evidence_hash THEN notes END,
    status_changed_at = CASE WHEN evidence_hash = excluded.evidence_hash THEN status_changed_at END,
    status_changed_by = CASE WHEN evidence_hash = excluded.evidence_hash THEN status_changed_by END;

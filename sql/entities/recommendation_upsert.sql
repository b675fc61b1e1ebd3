-- A recommendation as it is now, in the place of what was kept under its id.
INSERT INTO recommendations (
    account_id, recommendation_id, type, target_type, target_id, severity, confidence, title, description,
    evidence, evidence_hash, actions, configs, affected_creatives, affected_campaigns, wasted_qps,
    wasted_queries_daily, wasted_spend_micros, percent_of_total_waste, potential_savings_monthly_micros, status,
    notes, generated_at, expires_at, status_changed_at, status_changed_by, closed)
VALUES (
    :account_id, :recommendation_id, :type, :target_type, :target_id, :severity, :confidence, :title,
    :description, :evidence, :evidence_hash, :actions, :configs, :affected_creatives, :affected_campaigns,
    :wasted_qps, :wasted_queries_daily, :wasted_spend_micros, :percent_of_total_waste,
    :potential_savings_monthly_micros, :status, :notes, :generated_at, :expires_at, :status_changed_at,
    :status_changed_by, :closed)
ON CONFLICT (account_id, recommendation_id) DO UPDATE SET
    severity = excluded.severity,
    confidence = excluded.confidence,
    title = excluded.title,
    description = excluded.description,
    evidence = excluded.evidence,
    evidence_hash = excluded.evidence_hash,
    actions = excluded.actions,
    configs = excluded.configs,
    affected_creatives = excluded.affected_creatives,
    affected_campaigns = excluded.affected_campaigns,
    wasted_qps = excluded.wasted_qps,
    wasted_queries_daily = excluded.wasted_queries_daily,
    wasted_spend_micros = excluded.wasted_spend_micros,
    percent_of_total_waste = excluded.percent_of_total_waste,
    potential_savings_monthly_micros = excluded.potential_savings_monthly_micros,
    status = excluded.status,
    notes = excluded.notes,
    generated_at = excluded.generated_at,
    expires_at = excluded.expires_at,
    status_changed_at = excluded.status_changed_at,
    status_changed_by = excluded.status_changed_by,
    closed = excluded.closed;

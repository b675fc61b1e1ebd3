-- A comparison in progress gets its deltas.
UPDATE snapshot_comparisons
SET after_snapshot_id = :after_snapshot_id,
    after_start_date = :after_start_date,
    after_end_date = :after_end_date,
    impressions_delta = :impressions_delta,
    impressions_delta_pct = :impressions_delta_pct,
    spend_delta_micros = :spend_delta_micros,
    spend_delta_pct = :spend_delta_pct,
    ctr_delta_pct = :ctr_delta_pct,
    cpm_delta_pct = :cpm_delta_pct,
    waste_delta_pct = :waste_delta_pct,
    conclusion = :conclusion,
    status = 'completed',
    completed_at = :completed_at
WHERE account_id = :account_id AND comparison_id = :comparison_id AND status = 'in_progress';

-- What became of an import.
UPDATE import_history
SET status           = :status,
    finished_at      = :finished_at,
    rows_read        = :rows_read,
    rows_imported    = :rows_imported,
    rows_replaced    = :rows_replaced,
    rows_duplicate   = :rows_duplicate,
    rows_rejected    = :rows_rejected,
    rows_skipped     = :rows_skipped,
    date_range_start = :date_range_start,
    date_range_end   = :date_range_end,
    spend_micros     = :spend_micros,
    currency         = :currency,
    billing_ids      = :billing_ids,
    columns_mapped   = :columns_mapped,
    columns_ignored  = :columns_ignored,
    warnings         = :warnings,
    faults_by_reason = :faults_by_reason,
    snapshot_id      = :snapshot_id,
    elapsed_ms       = :elapsed_ms,
    error_message    = :error_message
WHERE batch_id = :batch_id;

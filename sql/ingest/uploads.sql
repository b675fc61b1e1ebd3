-- Imports, newest first, with whose they are: of an account (?1, null: all), of a bidder (?2, null: any), ?3 of them after
-- the first ?4.
SELECT h.batch_id, h.filename, h.imported_at, h.rows_read, h.rows_imported, h.rows_replaced, h.rows_duplicate,
       h.rows_rejected, h.rows_skipped, h.date_range_start, h.date_range_end, h.spend_micros, h.file_size_bytes, h.status,
       h.error_message, h.billing_ids, a.bidder_id
FROM import_history AS h
JOIN accounts AS a ON a.account_id = h.account_id
WHERE (?1 IS NULL OR h.account_id = ?1) AND (?2 IS NULL OR a.bidder_id = ?2)
ORDER BY h.batch_id DESC
LIMIT ?3 OFFSET ?4

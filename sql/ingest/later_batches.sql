-- Live imports of an account (?1) and kind (?2) that came after a batch (?3) with its snapshot (?4) and whose days hold one
-- of these (?5: JSON array), newest first. One that found nothing new counts too: its rows are live because of the batch.
SELECT later.batch_id
FROM import_history AS later
WHERE later.account_id = ?1 AND later.report = ?2 AND later.batch_id <> ?3 AND later.status = 'complete'
  AND later.snapshot_id >= ?4
  AND EXISTS (SELECT 1 FROM json_each(?5) AS day WHERE day.value BETWEEN later.date_range_start AND later.date_range_end)
ORDER BY later.snapshot_id DESC, later.finished_at DESC, later.batch_id DESC

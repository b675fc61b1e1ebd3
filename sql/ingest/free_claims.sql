-- Imports that were running when their process died: nothing of them is visible, and their bytes may be imported again.
UPDATE import_history
SET status = 'failed', finished_at = ?1, error_message = 'the process ended before the import was complete; import the file again'
WHERE status = 'running';

-- The first rejected rows of an import (?2 at most), in the order of the file.
SELECT line, "column", reason, value
FROM import_faults
WHERE batch_id = ?1
ORDER BY line, fault_id
LIMIT ?2

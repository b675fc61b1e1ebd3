-- The sizes of the creatives of one account (?1), the narrowest first.
SELECT DISTINCT width || 'x' || height
FROM creatives
WHERE account_id = ?1 AND width IS NOT NULL AND height IS NOT NULL
ORDER BY width, height;

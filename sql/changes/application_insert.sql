-- An act that sends changes to Google begins.
INSERT INTO pretargeting_applications (account_id, kind, reason, asked_by, created_at)
VALUES (?1, ?2, ?3, ?4, ?5);

-- The open application that sends this change (?2).
SELECT part.application_id
FROM pretargeting_application_configs AS part, json_each(part.change_ids) AS change
WHERE part.account_id = ?1 AND part.is_open = 1 AND change.value = ?2;

ALTER TABLE pretargeting_history DROP COLUMN application_id;
ALTER TABLE pretargeting_history DROP COLUMN change_id;
ALTER TABLE pretargeting_history DROP COLUMN step;
DROP TABLE pretargeting_application_configs;
DROP TABLE pretargeting_applications;

-- A version per account that every write of an entity raises, in the writer's own transaction: answers and
-- entity tables are cached by it. Jobs, events, keys and credentials do not raise it, because no answer shows them.
CREATE TABLE entity_versions (
    account_id INTEGER PRIMARY KEY REFERENCES accounts (account_id) ON DELETE CASCADE,
    version    INTEGER NOT NULL DEFAULT 1
) STRICT;

INSERT INTO entity_versions (account_id) SELECT account_id FROM accounts;

CREATE TRIGGER accounts_inserted AFTER INSERT ON accounts
BEGIN INSERT INTO entity_versions (account_id) VALUES (NEW.account_id); END;
CREATE TRIGGER accounts_updated AFTER UPDATE ON accounts
BEGIN UPDATE entity_versions SET version = version + 1 WHERE account_id = NEW.account_id; END;

CREATE TRIGGER buyer_seats_inserted AFTER INSERT ON buyer_seats
BEGIN UPDATE entity_versions SET version = version + 1 WHERE account_id = NEW.account_id; END;
CREATE TRIGGER buyer_seats_updated AFTER UPDATE ON buyer_seats
BEGIN UPDATE entity_versions SET version = version + 1 WHERE account_id IN (OLD.account_id, NEW.account_id); END;
CREATE TRIGGER buyer_seats_deleted AFTER DELETE ON buyer_seats
BEGIN UPDATE entity_versions SET version = version + 1 WHERE account_id = OLD.account_id; END;

CREATE TRIGGER pretargeting_configs_inserted AFTER INSERT ON pretargeting_configs
BEGIN UPDATE entity_versions SET version = version + 1 WHERE account_id = NEW.account_id; END;
CREATE TRIGGER pretargeting_configs_updated AFTER UPDATE ON pretargeting_configs
BEGIN UPDATE entity_versions SET version = version + 1 WHERE account_id IN (OLD.account_id, NEW.account_id); END;
CREATE TRIGGER pretargeting_configs_deleted AFTER DELETE ON pretargeting_configs
BEGIN UPDATE entity_versions SET version = version + 1 WHERE account_id = OLD.account_id; END;

CREATE TRIGGER rtb_endpoints_inserted AFTER INSERT ON rtb_endpoints
BEGIN UPDATE entity_versions SET version = version + 1 WHERE account_id = NEW.account_id; END;
CREATE TRIGGER rtb_endpoints_updated AFTER UPDATE ON rtb_endpoints
BEGIN UPDATE entity_versions SET version = version + 1 WHERE account_id IN (OLD.account_id, NEW.account_id); END;
CREATE TRIGGER rtb_endpoints_deleted AFTER DELETE ON rtb_endpoints
BEGIN UPDATE entity_versions SET version = version + 1 WHERE account_id = OLD.account_id; END;

CREATE TRIGGER import_history_inserted AFTER INSERT ON import_history
BEGIN UPDATE entity_versions SET version = version + 1 WHERE account_id = NEW.account_id; END;
CREATE TRIGGER import_history_updated AFTER UPDATE ON import_history
BEGIN UPDATE entity_versions SET version = version + 1 WHERE account_id IN (OLD.account_id, NEW.account_id); END;
CREATE TRIGGER import_history_deleted AFTER DELETE ON import_history
BEGIN UPDATE entity_versions SET version = version + 1 WHERE account_id = OLD.account_id; END;

CREATE TRIGGER import_faults_inserted AFTER INSERT ON import_faults
BEGIN UPDATE entity_versions SET version = version + 1 WHERE account_id = NEW.account_id; END;
CREATE TRIGGER import_faults_updated AFTER UPDATE ON import_faults
BEGIN UPDATE entity_versions SET version = version + 1 WHERE account_id IN (OLD.account_id, NEW.account_id); END;
CREATE TRIGGER import_faults_deleted AFTER DELETE ON import_faults
BEGIN UPDATE entity_versions SET version = version + 1 WHERE account_id = OLD.account_id; END;

CREATE TRIGGER creatives_inserted AFTER INSERT ON creatives
BEGIN UPDATE entity_versions SET version = version + 1 WHERE account_id = NEW.account_id; END;
CREATE TRIGGER creatives_updated AFTER UPDATE ON creatives
BEGIN UPDATE entity_versions SET version = version + 1 WHERE account_id IN (OLD.account_id, NEW.account_id); END;
CREATE TRIGGER creatives_deleted AFTER DELETE ON creatives
BEGIN UPDATE entity_versions SET version = version + 1 WHERE account_id = OLD.account_id; END;

CREATE TRIGGER campaigns_inserted AFTER INSERT ON campaigns
BEGIN UPDATE entity_versions SET version = version + 1 WHERE account_id = NEW.account_id; END;
CREATE TRIGGER campaigns_updated AFTER UPDATE ON campaigns
BEGIN UPDATE entity_versions SET version = version + 1 WHERE account_id IN (OLD.account_id, NEW.account_id); END;
CREATE TRIGGER campaigns_deleted AFTER DELETE ON campaigns
BEGIN UPDATE entity_versions SET version = version + 1 WHERE account_id = OLD.account_id; END;

CREATE TRIGGER campaign_creatives_inserted AFTER INSERT ON campaign_creatives
BEGIN UPDATE entity_versions SET version = version + 1 WHERE account_id = NEW.account_id; END;
CREATE TRIGGER campaign_creatives_updated AFTER UPDATE ON campaign_creatives
BEGIN UPDATE entity_versions SET version = version + 1 WHERE account_id IN (OLD.account_id, NEW.account_id); END;
CREATE TRIGGER campaign_creatives_deleted AFTER DELETE ON campaign_creatives
BEGIN UPDATE entity_versions SET version = version + 1 WHERE account_id = OLD.account_id; END;

CREATE TRIGGER settings_inserted AFTER INSERT ON settings
BEGIN UPDATE entity_versions SET version = version + 1 WHERE account_id = NEW.account_id; END;
CREATE TRIGGER settings_updated AFTER UPDATE ON settings
BEGIN UPDATE entity_versions SET version = version + 1 WHERE account_id IN (OLD.account_id, NEW.account_id); END;
CREATE TRIGGER settings_deleted AFTER DELETE ON settings
BEGIN UPDATE entity_versions SET version = version + 1 WHERE account_id = OLD.account_id; END;

CREATE TRIGGER pretargeting_pending_changes_inserted AFTER INSERT ON pretargeting_pending_changes
BEGIN UPDATE entity_versions SET version = version + 1 WHERE account_id = NEW.account_id; END;
CREATE TRIGGER pretargeting_pending_changes_updated AFTER UPDATE ON pretargeting_pending_changes
BEGIN UPDATE entity_versions SET version = version + 1 WHERE account_id IN (OLD.account_id, NEW.account_id); END;
CREATE TRIGGER pretargeting_pending_changes_deleted AFTER DELETE ON pretargeting_pending_changes
BEGIN UPDATE entity_versions SET version = version + 1 WHERE account_id = OLD.account_id; END;

CREATE TRIGGER pretargeting_history_inserted AFTER INSERT ON pretargeting_history
BEGIN UPDATE entity_versions SET version = version + 1 WHERE account_id = NEW.account_id; END;
CREATE TRIGGER pretargeting_history_updated AFTER UPDATE ON pretargeting_history
BEGIN UPDATE entity_versions SET version = version + 1 WHERE account_id IN (OLD.account_id, NEW.account_id); END;
CREATE TRIGGER pretargeting_history_deleted AFTER DELETE ON pretargeting_history
BEGIN UPDATE entity_versions SET version = version + 1 WHERE account_id = OLD.account_id; END;

CREATE TRIGGER pretargeting_snapshots_inserted AFTER INSERT ON pretargeting_snapshots
BEGIN UPDATE entity_versions SET version = version + 1 WHERE account_id = NEW.account_id; END;
CREATE TRIGGER pretargeting_snapshots_updated AFTER UPDATE ON pretargeting_snapshots
BEGIN UPDATE entity_versions SET version = version + 1 WHERE account_id IN (OLD.account_id, NEW.account_id); END;
CREATE TRIGGER pretargeting_snapshots_deleted AFTER DELETE ON pretargeting_snapshots
BEGIN UPDATE entity_versions SET version = version + 1 WHERE account_id = OLD.account_id; END;

CREATE TRIGGER snapshot_comparisons_inserted AFTER INSERT ON snapshot_comparisons
BEGIN UPDATE entity_versions SET version = version + 1 WHERE account_id = NEW.account_id; END;
CREATE TRIGGER snapshot_comparisons_updated AFTER UPDATE ON snapshot_comparisons
BEGIN UPDATE entity_versions SET version = version + 1 WHERE account_id IN (OLD.account_id, NEW.account_id); END;
CREATE TRIGGER snapshot_comparisons_deleted AFTER DELETE ON snapshot_comparisons
BEGIN UPDATE entity_versions SET version = version + 1 WHERE account_id = OLD.account_id; END;

CREATE TRIGGER recommendations_inserted AFTER INSERT ON recommendations
BEGIN UPDATE entity_versions SET version = version + 1 WHERE account_id = NEW.account_id; END;
CREATE TRIGGER recommendations_updated AFTER UPDATE ON recommendations
BEGIN UPDATE entity_versions SET version = version + 1 WHERE account_id IN (OLD.account_id, NEW.account_id); END;
CREATE TRIGGER recommendations_deleted AFTER DELETE ON recommendations
BEGIN UPDATE entity_versions SET version = version + 1 WHERE account_id = OLD.account_id; END;

CREATE TRIGGER waste_signals_inserted AFTER INSERT ON waste_signals
BEGIN UPDATE entity_versions SET version = version + 1 WHERE account_id = NEW.account_id; END;
CREATE TRIGGER waste_signals_updated AFTER UPDATE ON waste_signals
BEGIN UPDATE entity_versions SET version = version + 1 WHERE account_id IN (OLD.account_id, NEW.account_id); END;
CREATE TRIGGER waste_signals_deleted AFTER DELETE ON waste_signals
BEGIN UPDATE entity_versions SET version = version + 1 WHERE account_id = OLD.account_id; END;

CREATE TRIGGER thumbnail_status_inserted AFTER INSERT ON thumbnail_status
BEGIN UPDATE entity_versions SET version = version + 1 WHERE account_id = NEW.account_id; END;
CREATE TRIGGER thumbnail_status_updated AFTER UPDATE ON thumbnail_status
BEGIN UPDATE entity_versions SET version = version + 1 WHERE account_id IN (OLD.account_id, NEW.account_id); END;
CREATE TRIGGER thumbnail_status_deleted AFTER DELETE ON thumbnail_status
BEGIN UPDATE entity_versions SET version = version + 1 WHERE account_id = OLD.account_id; END;

CREATE TRIGGER saved_queries_inserted AFTER INSERT ON saved_queries
BEGIN UPDATE entity_versions SET version = version + 1 WHERE account_id = NEW.account_id; END;
CREATE TRIGGER saved_queries_updated AFTER UPDATE ON saved_queries
BEGIN UPDATE entity_versions SET version = version + 1 WHERE account_id IN (OLD.account_id, NEW.account_id); END;
CREATE TRIGGER saved_queries_deleted AFTER DELETE ON saved_queries
BEGIN UPDATE entity_versions SET version = version + 1 WHERE account_id = OLD.account_id; END;

-- Which import first named a creative, whether or not a sync ever brought it: what is new in the reports. An undone
-- import has seen nothing, so its rows go; the next import that names the creative brings it back.
CREATE TABLE creative_sightings (
    account_id    INTEGER NOT NULL REFERENCES accounts (account_id) ON DELETE CASCADE,
    creative_id   TEXT    NOT NULL CHECK (creative_id <> ''),
    batch_id      INTEGER REFERENCES import_history (batch_id) ON DELETE SET NULL,    -- null: before this was kept
    first_seen_at TEXT    NOT NULL,
    PRIMARY KEY (account_id, creative_id)
) STRICT;

CREATE INDEX creative_sightings_by_time ON creative_sightings (account_id, first_seen_at);
CREATE INDEX creative_sightings_by_batch ON creative_sightings (batch_id);

-- What an account with imports has now is not new.
INSERT INTO creative_sightings (account_id, creative_id, first_seen_at)
SELECT account_id, creative_id, first_seen_at
FROM creatives
WHERE account_id IN (SELECT account_id FROM import_history WHERE status = 'complete');

-- The creative's own row says it too, whichever of the two comes first.
CREATE TRIGGER creative_sightings_told AFTER INSERT ON creative_sightings
BEGIN
    UPDATE creatives SET first_import_batch_id = NEW.batch_id
    WHERE account_id = NEW.account_id AND creative_id = NEW.creative_id;
END;
CREATE TRIGGER creative_sightings_forgotten AFTER DELETE ON creative_sightings
BEGIN
    UPDATE creatives SET first_import_batch_id = NULL
    WHERE account_id = OLD.account_id AND creative_id = OLD.creative_id;
END;
CREATE TRIGGER creatives_sighted_before AFTER INSERT ON creatives
BEGIN
    UPDATE creatives
    SET first_import_batch_id = (
        SELECT batch_id FROM creative_sightings
        WHERE account_id = NEW.account_id AND creative_id = NEW.creative_id
    )
    WHERE account_id = NEW.account_id AND creative_id = NEW.creative_id
        AND EXISTS (
            SELECT 1 FROM creative_sightings
            WHERE account_id = NEW.account_id AND creative_id = NEW.creative_id AND batch_id IS NOT NULL
        );
END;

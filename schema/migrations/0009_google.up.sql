-- What campaigns and creatives say beyond the first day, how Google's API is used, and why a config was changed.

-- budget_micros is in the account's currency. cluster_key is what clustering knows the campaign by, so that the next
-- run finds its own earlier campaign whatever a user called it since.
ALTER TABLE campaigns ADD COLUMN owner TEXT CHECK (length(owner) BETWEEN 1 AND 200);
ALTER TABLE campaigns ADD COLUMN budget_micros INTEGER CHECK (budget_micros >= 0);
ALTER TABLE campaigns ADD COLUMN start_date TEXT CHECK (start_date GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]');
ALTER TABLE campaigns ADD COLUMN end_date TEXT CHECK (end_date GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]');
ALTER TABLE campaigns ADD COLUMN platform TEXT CHECK (length(platform) BETWEEN 1 AND 100);
ALTER TABLE campaigns ADD COLUMN external_id TEXT CHECK (length(external_id) BETWEEN 1 AND 200);
ALTER TABLE campaigns ADD COLUMN buyer_id TEXT CHECK (buyer_id <> '');
ALTER TABLE campaigns ADD COLUMN cluster_key TEXT CHECK (cluster_key <> '');
CREATE UNIQUE INDEX campaigns_by_cluster_key ON campaigns (account_id, cluster_key) WHERE cluster_key IS NOT NULL;

-- Creatives that a user took out of a campaign and put into none: clustering leaves them alone for good.
CREATE TABLE campaign_removals (
    account_id  INTEGER NOT NULL REFERENCES accounts (account_id) ON DELETE CASCADE,
    creative_id TEXT    NOT NULL,
    removed_at  TEXT    NOT NULL,
    removed_by  TEXT,
    PRIMARY KEY (account_id, creative_id),
    FOREIGN KEY (account_id, creative_id) REFERENCES creatives (account_id, creative_id) ON DELETE CASCADE
) STRICT;

-- final_url without tracking wrappers and click macros; what it is about is a registrable domain or an app.
ALTER TABLE creatives ADD COLUMN destination_url TEXT;
ALTER TABLE creatives ADD COLUMN destination_domain TEXT;
ALTER TABLE creatives ADD COLUMN destination_app TEXT;
ALTER TABLE creatives ADD COLUMN detected_languages TEXT NOT NULL DEFAULT '[]' CHECK (json_type(detected_languages) = 'array');

-- Why, in the words of who made the change.
ALTER TABLE pretargeting_history ADD COLUMN reason TEXT;

-- Whose calls a row of api_usage counts: those to us, or ours to Google.
ALTER TABLE api_usage ADD COLUMN api TEXT NOT NULL DEFAULT 'catscan' CHECK (api IN ('catscan', 'realtimebidding'));
ALTER TABLE api_usage ADD COLUMN bytes_received INTEGER NOT NULL DEFAULT 0 CHECK (bytes_received >= 0);
ALTER TABLE api_usage ADD COLUMN retries INTEGER NOT NULL DEFAULT 0 CHECK (retries >= 0);
DROP INDEX api_usage_once;
CREATE UNIQUE INDEX api_usage_once
    ON api_usage (api, coalesce(account_id, 0), coalesce(key_id, 0), usage_date, method, route);

-- What an API last said of its limits.
CREATE TABLE api_rate_limits (
    account_id  INTEGER NOT NULL REFERENCES accounts (account_id) ON DELETE CASCADE,
    api         TEXT    NOT NULL CHECK (api <> ''),
    remaining   INTEGER CHECK (remaining >= 0),
    resets_at   TEXT,
    observed_at TEXT    NOT NULL,
    PRIMARY KEY (account_id, api)
) STRICT;

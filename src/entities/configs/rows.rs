//! A config as Google lists it, and as it is stored.

use chrono::{DateTime, Utc};
use rusqlite::Row;
use serde::Serialize;

use crate::entities::TextList;
use crate::entities::columns::Time;
use crate::entities::listed::{Listed, listed};
use crate::model::AccountId;

/// A pretargeting config with what the user added.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Config {
    /// Whose it is.
    pub account_id: AccountId,
    /// What Google says.
    #[serde(flatten)]
    pub google: GoogleConfig,
    /// The user's own name for it; shown before Google's.
    pub user_name: Option<String>,
    /// When it was first seen.
    pub created_at: DateTime<Utc>,
    /// When it was last listed.
    pub synced_at: Option<DateTime<Utc>>,
    /// When a complete list first lacked it.
    pub vanished_at: Option<DateTime<Utc>>,
}

impl Config {
    /// The name that is shown: the user's, Google's, else `Config <id>`.
    pub fn shown_name(&self) -> String {
        let named = self.user_name.as_ref().or(self.google.display_name.as_ref());
        named.cloned().unwrap_or_else(|| format!("Config {}", self.google.config_id))
    }

    pub(super) fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        let time = |column| row.get::<_, Option<Time>>(column).map(|time| time.map(|Time(time)| time));
        Ok(Self {
            account_id: AccountId(row.get("account_id")?),
            google: GoogleConfig::from_row(row)?,
            user_name: row.get("user_name")?,
            created_at: row.get::<_, Time>("created_at")?.0,
            synced_at: time("synced_at")?,
            vanished_at: time("vanished_at")?,
        })
    }
}

listed! {
    /// A config as Google lists it. In the lists, `None` means "not restricted"; ids stand as they came.
    pub struct GoogleConfig keyed by config_id {
        /// Google's id.
        config_id: String,
        /// The bidder it belongs to.
        bidder_id: Option<String>,
        /// What reports call it.
        billing_id: Option<String>,
        /// Google's name for it.
        display_name: Option<String>,
        /// ACTIVE or SUSPENDED.
        state: String,
        /// Most bid requests per second; null where no limit was set.
        maximum_qps: Option<i64>,
        /// HTML, VAST, NATIVE.
        included_formats: Option<TextList>,
        /// PERSONAL_COMPUTER, PHONE, TABLET, CONNECTED_TV.
        included_platforms: Option<TextList>,
        /// APP, WEB.
        included_environments: Option<TextList>,
        /// `WxH`; naming one excludes all others.
        included_sizes: Option<TextList>,
        /// Criteria ids of places.
        included_geos: Option<TextList>,
        /// Criteria ids of places.
        excluded_geos: Option<TextList>,
        /// Criteria ids that Google no longer knows.
        invalid_geos: Option<TextList>,
        /// Ids of user lists.
        included_user_lists: Option<TextList>,
        /// Ids of user lists.
        excluded_user_lists: Option<TextList>,
        /// Ids of verticals.
        included_verticals: Option<TextList>,
        /// Ids of verticals.
        excluded_verticals: Option<TextList>,
        /// ONLY_INTERSTITIAL_REQUESTS or ONLY_NON_INTERSTITIAL_REQUESTS.
        interstitial_targeting: Option<String>,
        /// REMARKETING_ADS, INTEREST_BASED_TARGETING.
        allowed_user_targeting_modes: Option<TextList>,
        /// HOSTED_MATCH_DATA, GOOGLE_COOKIE, DEVICE_ID …
        included_user_id_types: Option<TextList>,
        /// Language codes.
        included_languages: Option<TextList>,
        /// Criteria ids.
        included_mobile_operating_systems: Option<TextList>,
        /// Criteria ids.
        excluded_content_labels: Option<TextList>,
        /// INCLUSIVE or EXCLUSIVE.
        web_targeting_mode: Option<String>,
        /// Sites.
        web_targeting_values: Option<TextList>,
        /// INCLUSIVE or EXCLUSIVE.
        publisher_targeting_mode: Option<String>,
        /// Publisher ids.
        publisher_targeting_values: Option<TextList>,
        /// INCLUSIVE or EXCLUSIVE.
        app_targeting_mode: Option<String>,
        /// App ids.
        app_targeting_values: Option<TextList>,
        /// Ids of app categories.
        included_app_categories: Option<TextList>,
        /// Ids of app categories.
        excluded_app_categories: Option<TextList>,
        /// 0 to 10.
        minimum_viewability_decile: Option<i64>,
        /// All that Google said, as JSON with sorted keys.
        raw_data: String,
    }
}

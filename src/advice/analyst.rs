//! An analysis: the rules are asked, what they find is settled with what is known, and kept.
//!
//! Invariant: what is kept is of one window of days. It is made anew when that differs from the one asked for, or when
//! entities, imports or thresholds changed since; so who imports and then looks sees advice of what was imported.

use std::collections::BTreeMap;

use chrono::{DateTime, SubsecRound, Utc};
use rusqlite::Transaction;
use serde::Serialize;

use super::AdviceError;
use super::compose::{Dated, Picture, compose};
use super::facts::{Facts, Totals};
use super::finding::Before;
use super::include_list::own_sizes;
use super::lifecycle::settle;
use crate::db::Db;
use crate::entities::campaigns::members;
use crate::entities::recommendations::runs::{self, AdviceRun};
use crate::entities::recommendations::{self, Advice, Recommendation};
use crate::entities::{accounts, version};
use crate::model::{AccountId, Thresholds};
use crate::query::{Days, Engine, Limits};

/// Who asks for advice, over what.
#[derive(Clone, Copy)]
pub struct Analyst<'a> {
    /// Entities, and what is kept of advice.
    pub db: &'a Db,
    /// The facts.
    pub engine: &'a Engine,
    /// Whose advice.
    pub account: AccountId,
    /// Where rules begin to speak.
    pub thresholds: &'a Thresholds,
    /// What one question may take.
    pub limits: &'a Limits,
    /// The time of the analysis.
    pub now: DateTime<Utc>,
}

/// Advice as it stands.
#[derive(Clone, Debug, Serialize)]
pub struct Standing {
    /// Its window of days.
    #[serde(skip)]
    pub days: Days,
    /// When it was made.
    pub ran_at: DateTime<Utc>,
    /// What there was in the window.
    pub totals: Totals,
    /// All recommendations, also those that ended or were closed; the most wasteful first.
    pub recommendations: Vec<Recommendation>,
}

impl Standing {
    /// Those on the list.
    pub fn listed(&self) -> impl Iterator<Item = &Recommendation> {
        self.recommendations.iter().filter(|one| one.is_listed())
    }
}

impl Analyst<'_> {
    /// Advice over these days, analysed and kept where what is kept is out of date.
    pub fn refresh(&self, days: Days) -> Result<Standing, AdviceError> {
        let totals = self.totals(days)?;
        if let Some(kept) = self.kept(days, &totals)? {
            return Ok(kept);
        }
        self.run(days, totals)
    }

    /// Advice over these days, analysed and kept.
    pub fn analyse(&self, days: Days) -> Result<Standing, AdviceError> {
        self.run(days, self.totals(days)?)
    }

    /// Advice over these days; nothing is written.
    pub fn look(&self, days: Days) -> Result<Standing, AdviceError> {
        let totals = self.totals(days)?;
        if let Some(kept) = self.kept(days, &totals)? {
            return Ok(kept);
        }
        let found = self.found(days, &totals)?;
        let stored = self.db.read(|tx| recommendations::list(tx, self.account))?;
        let recommendations = settle(self.account, stored, found, self.thresholds, self.time());
        Ok(Standing { days, ran_at: self.time(), totals, recommendations })
    }

    fn run(&self, days: Days, totals: Totals) -> Result<Standing, AdviceError> {
        let seen = self.db.read(|tx| version(tx, self.account))?;
        let found = self.found(days, &totals)?;
        self.db.write(|tx| {
            let is_same = version(tx, self.account)? == seen;
            let stored = recommendations::list(tx, self.account)?;
            let known: BTreeMap<String, Recommendation> =
                stored.iter().map(|one| (one.advice.recommendation_id.clone(), one.clone())).collect();
            let settled = settle(self.account, stored, found, self.thresholds, self.time());
            for one in &settled {
                if known.get(&one.advice.recommendation_id) != Some(one) {
                    recommendations::put(tx, self.account, one)?;
                }
            }
            // What changed while the facts were read is seen by the next analysis.
            let entity_version = if is_same { version(tx, self.account)? } else { seen };
            let run = self.described(days, entity_version);
            runs::note(tx, self.account, &run)?;
            Ok(Standing { days, ran_at: self.time(), totals, recommendations: settled })
        })
    }

    fn described(&self, days: Days, entity_version: i64) -> AdviceRun {
        // A map of numbers has a JSON form.
        let thresholds = serde_json::to_vec(self.thresholds).unwrap_or_default();
        let thresholds = blake3::hash(&thresholds).to_hex()[..16].to_owned();
        AdviceRun { first_day: days.first, last_day: days.last, entity_version, thresholds, ran_at: self.time() }
    }

    /// What is kept, where it is of this window and up to date.
    fn kept(&self, days: Days, totals: &Totals) -> Result<Option<Standing>, AdviceError> {
        self.db.read(|tx| {
            let Some(last) = runs::last(tx, self.account)? else { return Ok(None) };
            let now = self.described(days, version(tx, self.account)?);
            let ran_at = last.ran_at;
            if last != (AdviceRun { ran_at, ..now }) {
                return Ok(None);
            }
            let recommendations = recommendations::list(tx, self.account)?;
            Ok(Some(Standing { days, ran_at, totals: totals.clone(), recommendations }))
        })
    }

    pub(super) fn facts(&self) -> Facts<'_> {
        Facts { engine: self.engine, account: self.account, limits: self.limits }
    }

    /// As it is kept, so that what is told now and later is the same.
    fn time(&self) -> DateTime<Utc> {
        self.now.trunc_subsecs(3)
    }

    /// What there was in these days.
    pub fn totals(&self, days: Days) -> Result<Totals, AdviceError> {
        let currency = self.db.read(|tx| Ok::<_, AdviceError>(accounts::get(tx, self.account)?.currency))?;
        self.facts().totals(days, currency)
    }

    /// What the rules find, as advice.
    fn found(&self, days: Days, totals: &Totals) -> Result<Vec<Advice>, AdviceError> {
        let facts = self.facts();
        let fraud_days = Days::ending(days.last, u16::try_from(self.thresholds.fraud_days).unwrap_or(14));
        let findings = facts.findings(days)?;
        let fraud = facts.fraud(fraud_days)?;
        let mut places = facts.places(days, &findings)?;
        for (target, place) in facts.places(fraud_days, &fraud)? {
            places.entry(target).or_insert(place);
        }
        let before = self.before(days)?;
        let dated_fraud = if fraud.is_empty() { 0 } else { self.totals(fraud_days)?.days };
        let dated: Vec<Dated> = findings
            .into_iter()
            .map(|finding| (finding, totals.days.max(1)))
            .chain(fraud.into_iter().map(|finding| (finding, dated_fraud.max(1))))
            .collect();
        let (campaigns, own_sizes) = self
            .db
            .read(|tx| Ok::<_, AdviceError>((campaigns(tx, self.account)?, own_sizes(tx, self.account)?.filterable)))?;
        let picture = Picture {
            account: self.account,
            thresholds: self.thresholds,
            wasted_queries: totals.wasted_queries(),
            days: totals.days,
            before: before.as_ref(),
            places: &places,
            campaigns: &campaigns,
            own_sizes: &own_sizes,
        };
        Ok(compose(&picture, &dated))
    }

    /// What the rules found in as many days before; none where these have no data.
    fn before(&self, days: Days) -> Result<Option<Before>, AdviceError> {
        let count = u16::try_from(days.count()).unwrap_or(u16::MAX);
        let before = Days::ending(days.first.plus_days(-1), count);
        let facts = self.facts();
        if facts.totals(before, None)?.days == 0 {
            return Ok(None);
        }
        let found = facts.findings(before)?.into_iter();
        Ok(Some(found.map(|one| ((one.rule, one.target_type, one.target_id), one.metric_value)).collect()))
    }
}

/// The campaigns of each creative, as text.
fn campaigns(tx: &Transaction<'_>, account: AccountId) -> Result<BTreeMap<String, Vec<String>>, AdviceError> {
    let mut of: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (campaign, creatives) in members::by_campaign(tx, account)? {
        for creative in creatives {
            of.entry(creative).or_default().push(campaign.to_string());
        }
    }
    Ok(of)
}

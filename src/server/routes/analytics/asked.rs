//! What the dashboard's calls about figures have in common: whose rows, over which days, asked of one state of the facts.

use std::cell::Cell;

use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use chrono::Utc;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::analytics::{AnalyticsError, Ask, read_blocking};
use crate::entities::{EntityError, accounts};
use crate::lake::At;
use crate::model::AccountId;
use crate::query::{AccountScope, Days};
use crate::server::error::ApiError;
use crate::server::state::{App, blocking};

/// The parameters of these calls; each takes those that it has, and leaves the others alone.
#[derive(Debug, Default, Deserialize)]
pub(in crate::server::routes) struct Asked {
    /// Account by name or number; the first one where absent.
    account: Option<String>,
    /// Google's id of the bidder, in the place of the account's name.
    bidder_id: Option<String>,
    pub(in crate::server::routes) buyer_id: Option<String>,
    pub(in crate::server::routes) billing_id: Option<String>,
    pub(in crate::server::routes) by: Option<String>,
    pub(in crate::server::routes) threshold_pct: Option<f64>,
    days: Option<i64>,
    limit: Option<i64>,
}

/// The same, or why it cannot be read.
pub(in crate::server::routes) type Asking = Result<Query<Asked>, QueryRejection>;

impl Asked {
    /// Exactly so many days, from 1 to `most`, that end yesterday (UTC).
    pub(in crate::server::routes) fn window(&self, usual: u16, most: u16) -> Result<Days, ApiError> {
        let days = within("days", self.days, usual.into(), 1, most.into())?;
        // Not above `most`, which is of that type.
        let days = u16::try_from(days).unwrap_or(most);
        Ok(Days::before(Utc::now().date_naive().into(), days))
    }

    /// So many rows, from 1 to `most`.
    pub(in crate::server::routes) fn limit(&self, usual: i64, most: i64) -> Result<i64, ApiError> {
        within("limit", self.limit, usual, 1, most)
    }

    /// The config that the answer is about, where it is about one.
    pub(in crate::server::routes) fn config(&self) -> Option<String> {
        self.billing_id.clone().filter(|billing_id| !billing_id.is_empty())
    }

    /// The account that is named, by itself or by its bidder.
    async fn account(&self, app: &App) -> Result<AccountId, ApiError> {
        let bidder = self.bidder_id.clone().filter(|bidder| !bidder.is_empty());
        let (None, Some(bidder)) = (&self.account, bidder) else { return app.account(self.account.clone()).await };
        let app = app.clone();
        blocking(move || {
            let known = app.store.db.read(accounts::list)?;
            let found = known.iter().find(|account| account.bidder_id.as_deref() == Some(&bidder));
            let none = || ApiError::not_found(format!("no account here is of bidder {bidder}"));
            found.map(|account| account.account_id).ok_or_else(none)
        })
        .await?
    }
}

/// The number, or the usual one; 422 where it is out of range.
pub(in crate::server::routes) fn within(
    name: &str,
    given: Option<i64>,
    usual: i64,
    least: i64,
    most: i64,
) -> Result<i64, ApiError> {
    let number = given.unwrap_or(usual);
    match (least..=most).contains(&number) {
        true => Ok(number),
        false => Err(ApiError::unprocessable(format!("{name}: write a number from {least} to {most}"))),
    }
}

/// What is left of 100: the waste of a win rate as the contract has it. In two decimals, as the rate itself.
pub(in crate::server::routes) fn rest(rate: f64) -> f64 {
    ((100.0 - rate) * 100.0).round() / 100.0
}

/// The facts of one account over a window, all of one state.
pub(in crate::server::routes) struct Facts {
    pub(in crate::server::routes) app: App,
    pub(in crate::server::routes) account: AccountId,
    days: Option<Days>,
    currency: String,
    /// The state of the first question, which the others are asked of too.
    at: Cell<At>,
}

impl Facts {
    /// Asks `work` on a thread that may block.
    pub(in crate::server::routes) async fn ask<T: Send + 'static>(
        app: App,
        asked: &Asked,
        days: Option<Days>,
        work: impl FnOnce(&Self) -> Result<T, ApiError> + Send + 'static,
    ) -> Result<T, ApiError> {
        let account = asked.account(&app).await?;
        blocking(move || work(&Self::of(app, account, days)?)).await?
    }

    fn of(app: App, account: AccountId, days: Option<Days>) -> Result<Self, ApiError> {
        let owner = app.store.db.read(|tx| accounts::get(tx, account)).map_err(|error: EntityError| error)?;
        let currency = owner.currency.map(|currency| currency.code().to_owned()).unwrap_or_default();
        Ok(Self { app, account, days, currency, at: Cell::new(At::Latest) })
    }

    /// The same account and state over other days.
    pub(in crate::server::routes) fn over(&self, days: Days) -> Self {
        let (app, currency, at) = (self.app.clone(), self.currency.clone(), Cell::new(self.at.get()));
        Self { app, account: self.account, days: Some(days), currency, at }
    }

    /// How many days.
    pub(in crate::server::routes) fn count(&self) -> i32 {
        self.days.map_or(0, Days::count)
    }

    /// What its money is counted in, for the parameter of questions that add money up: that of the account. Money in
    /// others is in no sum. Empty where no user and no report said it; then no report has another.
    pub(in crate::server::routes) fn currency(&self) -> (&'static str, String) {
        ("currency", self.currency.clone())
    }

    /// The rows of a question.
    pub(in crate::server::routes) fn rows<T: DeserializeOwned>(
        &self,
        question: &str,
        params: impl IntoIterator<Item = (&'static str, String)>,
    ) -> Result<Vec<T>, ApiError> {
        let params = params.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        let ask = Ask {
            at: self.at.get(),
            days: self.days,
            params,
            limits: self.app.store.limits(),
            ..Ask::new(AccountScope::one(self.account))
        };
        let read = read_blocking(&self.app.engine, question, ask).map_err(|error: AnalyticsError| error)?;
        self.at.set(At::Snapshot(read.snapshot));
        Ok(read.rows)
    }

    /// The only row of a question, or zeros and nulls where there are no facts.
    pub(in crate::server::routes) fn row<T: DeserializeOwned + Default>(
        &self,
        question: &str,
        params: impl IntoIterator<Item = (&'static str, String)>,
    ) -> Result<T, ApiError> {
        Ok(self.rows(question, params)?.pop().unwrap_or_default())
    }
}

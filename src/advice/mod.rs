//! Findings become recommendations, and recommendations become staged changes.
//!
//! Rules speak in `sql/rules`; the questions `advice_*` of `sql/analytics` give what they found ([`Finding`]).
//! [`compose`] makes one recommendation for each type and target of them, [`settle`] says what becomes of those that are
//! known, and [`Analyst`] does all of it over a window of days and keeps the answer. [`accept`] stages the changes that
//! follow one. [`propose`] and [`include_list`] say what pretargeting would look like, and what that saves and loses.
//!
//! Invariants: an account has one recommendation for each type and target, the worst; fraud is never blocked without a
//! person; no rule and no figure is defined here. Called by jobs, the command line and HTTP.

mod accept;
mod actions;
mod analyst;
mod compose;
mod error;
mod evaluation;
mod facts;
mod finding;
mod include_list;
mod lifecycle;
mod proposal;
mod rules;
mod severity;
mod shown;
#[cfg(test)]
mod tests;

pub use accept::{Accepted, accept};
pub use analyst::{Analyst, Standing};
pub use compose::{Dated, Picture, compose, recommendation_id};
pub use error::AdviceError;
pub use evaluation::{ByPriority, DataQuality, Evaluation, Item, ItemType, Summary, evaluate};
pub use facts::Totals;
pub use finding::{Before, Finding, Place, Places};
pub use include_list::{ExcludedSize, IncludeList, Outside, include_list};
pub use lifecycle::{is_new_evidence, settle};
pub use proposal::{JudgedCountry, Proposal, ProposedConfig, Takes, judged_countries, propose};
pub use severity::Waste;
pub use shown::{Impact, Shown};

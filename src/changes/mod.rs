//! The way of a change of a pretargeting config: staged, seen as effective, checked, applied at Google, compared, undone.
//!
//! [`stage`](stage()) keeps a change here; [`view`] shows the config with its changes made; [`check`](check::check) says
//! what is wrong with them; [`plan`] gives the calls; [`apply`](apply()) and [`roll_back`] send them, [`resume`] ends what
//! did not end; [`take_snapshot`] and [`finish_comparison`] read the facts. The command line, jobs and HTTP call these.
//!
//! Invariant: Google is asked only between two transactions, the first of which says what is about to be sent; so
//! a process that dies in between leaves what a retry completes.

mod act;
mod apply;
mod carry_out;
pub mod check;
mod compare;
mod conclusion;
mod effective;
mod ending;
mod error;
mod facts;
mod fields;
mod plan;
mod rollback;
mod rules;
mod snapshot;
mod stage;
#[cfg(test)]
mod tests;
mod value;
mod view;

use chrono::{DateTime, Utc};

pub use act::{Act, ActConfig};
pub use apply::{Selection, apply};
pub use carry_out::{has_open, resume};
pub use check::Finding;
pub use compare::{NewWindow, Windows, begin_comparison, finish_comparison, finish_due};
pub use effective::{Effective, Staged, Targets};
pub use error::ChangeError;
pub use plan::calls;
pub use rollback::{plan_rollback, roll_back};
pub use rules::Severity;
pub use snapshot::take_snapshot;
pub use stage::{StagedAnswer, Wish, cancel, mark_applied, stage};
pub use view::{Plan, findings, plan, plans, view};

use crate::db::Db;
use crate::entities::history::Author;
use crate::model::AccountId;

/// Who does a step, of which account, and when.
#[derive(Clone, Copy)]
pub struct Desk<'a> {
    /// The store.
    pub db: &'a Db,
    /// Whose configs.
    pub account: AccountId,
    /// Who does it, and why.
    pub by: Author<'a>,
    /// The time of the step.
    pub now: DateTime<Utc>,
}

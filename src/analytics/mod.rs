//! Named questions: `sql/analytics/*.sql`, one question a file, asked through the one door of [`crate::query`].
//!
//! A question is data: its file says in a header what it answers, from which report kind, with which parameters.
//! Adding one is a file and a line in [`questions`]. Parameters are bound to the plan, never put into the text, and
//! the window of days cuts the fact tables of the session, so that every view means exactly those days.
//! [`checks`] are questions whose answer must be empty. Command line, HTTP and jobs ask here.

mod checks;
mod error;
mod header;
mod questions;
mod report;
mod rows;

pub use checks::{Check, Finding, Severity, check_all, check_blocking, checks};
pub use error::AnalyticsError;
pub use header::{Parameter, ValueKind};
pub use questions::{MOST_DAYS, NamedQuestion, Reads, TOPICS, question, questions};
pub use report::{Ask, Report, report, report_blocking};
pub use rows::{Rows, read_blocking, rows_blocking};

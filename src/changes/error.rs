//! Why a step of the workflow was not made; each message says what holds now and what to do.

use super::check::Finding;
use super::rules::Severity;
use crate::analytics::AnalyticsError;
use crate::db::DbError;
use crate::entities::EntityError;
use crate::entities::changes::ChangeType;
use crate::google::GoogleError;

/// A step that was not made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ChangeError {
    /// What was named is not there, or a row cannot be read.
    #[error(transparent)]
    Entity(#[from] EntityError),
    /// SQLite refused.
    #[error(transparent)]
    Db(#[from] DbError),
    /// The facts could not be asked.
    #[error(transparent)]
    Facts(#[from] AnalyticsError),
    /// Google could not be asked, and nothing was sent.
    #[error("{0}; nothing was sent")]
    Unasked(GoogleError),
    /// Google's answer to a question is not a config.
    #[error("Google's answer for config {config} cannot be read: {reason}; nothing was sent")]
    Answer {
        /// Its id.
        config: String,
        /// What is wrong with it.
        reason: String,
    },
    /// No such type.
    #[error("'{asked}' is no type of change; there are: {}", ChangeType::ALL.map(ChangeType::code).join(", "))]
    UnknownType {
        /// What was asked for.
        asked: String,
    },
    /// A field that is not the type's.
    #[error("{kind} is about {}, not about '{field}'", kind.field())]
    OtherField {
        /// The type.
        kind: ChangeType,
        /// The field as given.
        field: String,
    },
    /// A value that the type does not have.
    #[error("'{value}' cannot be the value of {kind}: {allowed}")]
    Value {
        /// The type.
        kind: ChangeType,
        /// The value as given.
        value: String,
        /// What would be one.
        allowed: &'static str,
    },
    /// The change was closed before.
    #[error("change {change_id} is {status} already: only a pending change can be {wish}")]
    NotPending {
        /// The change.
        change_id: i64,
        /// What became of it.
        status: &'static str,
        /// What was to become of it.
        wish: &'static str,
    },
    /// The change is on its way.
    #[error(
        "change {change_id} is being applied (application {application}), and Google may have it: \
         `catscan changes resume` ends that"
    )]
    BeingApplied {
        /// The change.
        change_id: i64,
        /// What sends it.
        application: i64,
    },
    /// It was not said what to apply.
    #[error("name the configs to apply, or changes, or all: one of the three")]
    Selection,
    /// There is nothing to send.
    #[error("{what} has no pending change: stage one with `catscan changes add`")]
    NothingPending {
        /// The config or the account.
        what: String,
    },
    /// The snapshot is what the config is.
    #[error("{config} is as snapshot {snapshot} has it: there is nothing to roll back")]
    NothingDiffers {
        /// Its name.
        config: String,
        /// The snapshot.
        snapshot: i64,
    },
    /// The rule check refused.
    #[error("nothing was sent: {}", told(.0))]
    Refused(Vec<Finding>),
    /// A config without what its address needs.
    #[error("it is not known which bidder config {config} belongs to: sync it first with `catscan sync pretargeting`")]
    NoBidder {
        /// Its id.
        config: String,
    },
    /// A stored config that cannot be read.
    #[error("config {config} is stored as something that cannot be read ({reason}): sync it anew")]
    Stored {
        /// Its id.
        config: String,
        /// What is wrong.
        reason: String,
    },
    /// The config is part of another act that did not end.
    #[error(
        "config {config} is part of application {application}, which did not end: `catscan changes resume` ends it"
    )]
    Busy {
        /// Its id.
        config: String,
        /// The other act.
        application: i64,
    },
    /// Google refused; all is as before.
    #[error("application {application} failed, and all is as it was: {reason}; the changes stay pending")]
    Failed {
        /// The act.
        application: i64,
        /// Why.
        reason: String,
    },
    /// It is not known what Google did.
    #[error("application {application} did not end: {reason}; run `catscan changes resume` to end it")]
    Open {
        /// The act.
        application: i64,
        /// Why.
        reason: String,
    },
    /// A window of days that is none.
    #[error("{0}")]
    Window(String),
    /// The facts of the days after are not there.
    #[error(
        "comparison {comparison} needs the performance reports up to {needed}, the newest is of {newest}: import them first"
    )]
    TooEarly {
        /// The comparison.
        comparison: i64,
        /// The last day after.
        needed: String,
        /// The newest day that is there.
        newest: String,
    },
    /// The comparison has its deltas.
    #[error("comparison {0} is completed already")]
    Completed(i64),
}

impl ChangeError {
    /// Whether the wish makes no sense as it is.
    pub fn is_askers(&self) -> bool {
        !matches!(self, Self::Entity(_) | Self::Db(_) | Self::Facts(_) | Self::Stored { .. } | Self::Answer { .. })
    }

    /// The stable name of the error, for programs.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Entity(_) | Self::Db(_) | Self::Facts(_) | Self::Stored { .. } => "store",
            Self::Unasked(_) | Self::Answer { .. } => "google",
            Self::UnknownType { .. } => "unknown_change_type",
            Self::OtherField { .. } => "other_field",
            Self::Value { .. } => "invalid_value",
            Self::NotPending { .. } => "not_pending",
            Self::BeingApplied { .. } | Self::Busy { .. } => "being_applied",
            Self::Selection => "nothing_selected",
            Self::NothingPending { .. } | Self::NothingDiffers { .. } => "nothing_to_do",
            Self::Refused(_) => "refused_by_rules",
            Self::NoBidder { .. } => "unknown_bidder",
            Self::Failed { .. } => "failed",
            Self::Open { .. } => "not_ended",
            Self::Window(_) => "invalid_window",
            Self::TooEarly { .. } => "too_early",
            Self::Completed(_) => "completed",
        }
    }

    /// What to do beside what the message says.
    pub fn help(&self) -> Option<&'static str> {
        match self {
            Self::Refused(findings) if findings.iter().all(|finding| !finding.refused_by_google) => {
                Some("--force applies it all the same")
            }
            _ => None,
        }
    }
}

fn told(findings: &[Finding]) -> String {
    let errors = findings.iter().filter(|finding| finding.severity == Severity::Error);
    errors.map(|finding| finding.message.as_str()).collect::<Vec<_>>().join("; ")
}

//! What can be wrong with a named question.

use crate::query::QueryError;

/// Why a named question has no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AnalyticsError {
    /// There is no question of that name.
    #[error("there is no question '{name}'; {}", near_or_all(suggestion.as_deref(), known))]
    UnknownQuestion {
        /// The name as asked.
        name: String,
        /// The nearest name, where one is near.
        suggestion: Option<String>,
        /// All names, comma-separated.
        known: String,
    },
    /// The question has no such parameter.
    #[error("the question '{question}' has no parameter '{name}'; it has: {known}")]
    UnknownParameter {
        /// The question.
        question: &'static str,
        /// The parameter as given.
        name: String,
        /// Its parameters, comma-separated.
        known: String,
    },
    /// A parameter's value is not of its kind.
    #[error("the parameter '{name}' is '{value}', which is not {expected}")]
    ParameterValue {
        /// The parameter.
        name: &'static str,
        /// The value as given.
        value: String,
        /// What it should be.
        expected: String,
    },
    /// The window is empty or too long.
    #[error("days: write a number from 1 to {most}")]
    Days {
        /// The longest window.
        most: u16,
    },
    /// The question splits its window, and was asked without one.
    #[error("the question '{question}' needs a window of days")]
    NoWindow {
        /// The question.
        question: &'static str,
    },
    /// The rows are not what the program reads of them.
    #[error("the question '{question}' gave rows that cannot be read: {reason}")]
    Rows {
        /// The question.
        question: &'static str,
        /// What does not fit.
        reason: String,
    },
    /// The door refused, or the question failed.
    #[error(transparent)]
    Query(#[from] QueryError),
}

impl AnalyticsError {
    /// The stable name of the error, for programs.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::UnknownQuestion { .. } => "unknown_question",
            Self::UnknownParameter { .. } => "unknown_parameter",
            Self::ParameterValue { .. } => "parameter_value",
            Self::Days { .. } => "invalid_parameter",
            Self::NoWindow { .. } => "no_window",
            Self::Rows { .. } => "rows",
            Self::Query(error) => error.code(),
        }
    }
}

fn near_or_all(suggestion: Option<&str>, known: &str) -> String {
    match suggestion {
        Some(name) => format!("did you mean '{name}'?"),
        None => format!("there are: {known}"),
    }
}

//! What can go wrong with a question, and the one mapping from DataFusion's errors to it.
//!
//! Invariant: no message shows an absolute path of this machine; every message says what to do.

use std::time::Duration;

use arrow::error::ArrowError;
use datafusion::common::SchemaError;
use datafusion::error::DataFusionError;

use super::hidden::Hidden;
use super::suggest;

/// Why a question has no answer. [`QueryError::code`] is the stable name for programs.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum QueryError {
    /// The text is not SQL.
    #[error("the question is not valid SQL: {0}")]
    Syntax(String),
    /// The text is SQL, but not a question that is answered here.
    #[error("{what} is refused: {why}")]
    Refused {
        /// The statement, function or clause.
        what: String,
        /// The reason and what to ask instead.
        why: String,
    },
    /// The text is over a limit before anything was read.
    #[error("the question has {found} {unit}, the limit is {limit}: ask in smaller steps")]
    TooLarge {
        /// What was counted.
        unit: &'static str,
        /// How many there are, at least.
        found: usize,
        /// How many are allowed.
        limit: usize,
    },
    /// No such table among the caller's.
    #[error("there is no table '{name}'{}; the tables are: {known}", did_you_mean(.suggestion))]
    UnknownTable {
        /// The name as asked.
        name: String,
        /// The nearest known name.
        suggestion: Option<String>,
        /// All tables and views, comma-separated.
        known: String,
    },
    /// No such column in the tables of the question.
    #[error("there is no column '{name}'{}; the columns here are: {known}", did_you_mean(.suggestion))]
    UnknownColumn {
        /// The name as asked.
        name: String,
        /// The nearest known name.
        suggestion: Option<String>,
        /// The columns in reach, comma-separated.
        known: String,
    },
    /// No such function.
    #[error("there is no function '{name}'{}; SHOW FUNCTIONS lists them", did_you_mean(.suggestion))]
    UnknownFunction {
        /// The name as asked.
        name: String,
        /// The nearest known name.
        suggestion: Option<String>,
    },
    /// The question cannot be planned: types that do not fit, a column outside GROUP BY and the like.
    #[error("the question does not fit the tables: {0}")]
    Invalid(String),
    /// A value could not be computed: division by zero, a cast, a value over its cap.
    #[error("the question failed on a value: {0}")]
    Value(String),
    /// Memory or spill space is used up.
    #[error("the question needs more memory than it may take: {0}; ask fewer days or groups, or raise the limit")]
    Resources(String),
    /// The deadline passed.
    #[error("the question took longer than {} s and was stopped: ask fewer days or groups, or raise the limit", .0.as_secs_f64())]
    Timeout(Duration),
    /// Its reader went away, or it was cancelled by id.
    #[error("the question was cancelled")]
    Cancelled,
    /// An account that is not among the caller's, or does not exist.
    #[error("there is no such account")]
    UnknownAccount,
    /// The snapshot asked for never was, or has expired.
    #[error("{0}")]
    UnknownSnapshot(String),
    /// The answer was longer than its cap, in a format that has no place to say so.
    #[error("the answer is incomplete: it was cut at {0}; add LIMIT, or raise the cap")]
    Incomplete(String),
    /// A file of the store could not be read, or is damaged.
    #[error("the store cannot be read: {0}; run `catscan lake verify --full`")]
    Store(String),
    /// Writing the answer failed.
    #[error("writing the answer failed: {0}")]
    Output(String),
    /// A defect of this program.
    #[error("this is a defect, please report it with the question: {0}")]
    Internal(String),
}

fn did_you_mean(suggestion: &Option<String>) -> String {
    suggestion.as_ref().map_or_else(String::new, |name| format!(" (did you mean '{name}'?)"))
}

impl QueryError {
    /// The stable name of the error, for programs.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Syntax(_) => "syntax",
            Self::Refused { .. } => "refused",
            Self::TooLarge { .. } => "too_large",
            Self::UnknownTable { .. } => "unknown_table",
            Self::UnknownColumn { .. } => "unknown_column",
            Self::UnknownFunction { .. } => "unknown_function",
            Self::Invalid(_) => "invalid",
            Self::Value(_) => "value",
            Self::Resources(_) => "resources_exhausted",
            Self::Timeout(_) => "timeout",
            Self::Cancelled => "cancelled",
            Self::UnknownAccount => "unknown_account",
            Self::UnknownSnapshot(_) => "unknown_snapshot",
            Self::Incomplete(_) => "incomplete",
            Self::Store(_) => "store",
            Self::Output(_) => "output",
            Self::Internal(_) => "internal",
        }
    }

    /// Whether the asker can mend it by asking differently (HTTP 4xx), or not (5xx).
    pub const fn is_askers(&self) -> bool {
        !matches!(self, Self::Store(_) | Self::Output(_) | Self::Internal(_))
    }

    /// The same error with every hidden path taken out of its words.
    pub(super) fn without(self, hidden: &Hidden) -> Self {
        match self {
            Self::Syntax(text) => Self::Syntax(hidden.clean(&text)),
            Self::Invalid(text) => Self::Invalid(hidden.clean(&text)),
            Self::Value(text) => Self::Value(hidden.clean(&text)),
            Self::Resources(text) => Self::Resources(hidden.clean(&text)),
            Self::UnknownSnapshot(text) => Self::UnknownSnapshot(hidden.clean(&text)),
            Self::Store(text) => Self::Store(hidden.clean(&text)),
            Self::Output(text) => Self::Output(hidden.clean(&text)),
            Self::Internal(text) => Self::Internal(hidden.clean(&text)),
            named => named,
        }
    }
}

impl From<DataFusionError> for QueryError {
    fn from(error: DataFusionError) -> Self {
        match error {
            DataFusionError::Context(_, inner) | DataFusionError::Diagnostic(_, inner) => (*inner).into(),
            DataFusionError::Shared(shared) => from_shared(&shared),
            DataFusionError::Collection(errors) => match errors.into_iter().next() {
                Some(first) => first.into(),
                None => Self::Internal("an empty collection of errors".to_owned()),
            },
            DataFusionError::SQL(error, _) => from_parser(&error),
            DataFusionError::NotImplemented(text) => {
                Self::Refused { what: "this form of SQL".to_owned(), why: first_line(&text) }
            }
            DataFusionError::Plan(text) | DataFusionError::Configuration(text) | DataFusionError::Substrait(text) => {
                Self::Invalid(first_line(&text))
            }
            DataFusionError::SchemaError(error, _) => from_schema(*error),
            DataFusionError::Execution(text) => Self::Value(first_line(&text)),
            DataFusionError::ArrowError(error, _) => from_arrow(*error),
            DataFusionError::ResourcesExhausted(text) => Self::Resources(first_line(&text)),
            DataFusionError::ParquetError(error) => Self::Store(error.to_string()),
            DataFusionError::ObjectStore(error) => Self::Store(error.to_string()),
            DataFusionError::IoError(error) => Self::Store(error.to_string()),
            DataFusionError::ExecutionJoin(error) if error.is_cancelled() => Self::Cancelled,
            DataFusionError::ExecutionJoin(error) => Self::Internal(error.to_string()),
            DataFusionError::Internal(text) | DataFusionError::Ffi(text) => Self::Internal(first_line(&text)),
            DataFusionError::External(error) => match error.downcast::<Self>() {
                Ok(own) => *own,
                Err(other) => Self::Store(other.to_string()),
            },
        }
    }
}

/// A shared error cannot be taken apart; its words and kind are read through the reference.
fn from_shared(error: &DataFusionError) -> QueryError {
    match error {
        DataFusionError::Context(_, inner) | DataFusionError::Diagnostic(_, inner) => from_shared(inner),
        DataFusionError::Shared(inner) => from_shared(inner),
        DataFusionError::Collection(errors) if !errors.is_empty() => from_shared(&errors[0]),
        DataFusionError::ResourcesExhausted(text) => QueryError::Resources(first_line(text)),
        DataFusionError::Execution(text) => QueryError::Value(first_line(text)),
        DataFusionError::ArrowError(error, _) => match &**error {
            ArrowError::ExternalError(inner) => match inner.downcast_ref::<DataFusionError>() {
                Some(inner) => from_shared(inner),
                None => QueryError::Store(inner.to_string()),
            },
            other => QueryError::Value(other.to_string()),
        },
        DataFusionError::ParquetError(error) => QueryError::Store(error.to_string()),
        DataFusionError::ObjectStore(error) => QueryError::Store(error.to_string()),
        DataFusionError::IoError(error) => QueryError::Store(error.to_string()),
        DataFusionError::External(error) => match error.downcast_ref::<QueryError>() {
            Some(own) => own.clone(),
            None => QueryError::Store(error.to_string()),
        },
        other => QueryError::Internal(first_line(&other.strip_backtrace())),
    }
}

fn from_parser(error: &datafusion::sql::sqlparser::parser::ParserError) -> QueryError {
    use datafusion::sql::sqlparser::parser::ParserError;
    match error {
        ParserError::TokenizerError(text) | ParserError::ParserError(text) => QueryError::Syntax(first_line(text)),
        ParserError::RecursionLimitExceeded => {
            QueryError::Syntax("it nests too deeply; write it with WITH steps".to_owned())
        }
    }
}

fn from_schema(error: SchemaError) -> QueryError {
    match error {
        SchemaError::FieldNotFound { field, valid_fields } => {
            let names: Vec<&str> = valid_fields.iter().map(|column| column.name.as_str()).collect();
            QueryError::UnknownColumn {
                suggestion: suggest::nearest(&field.name, names.iter().copied()).map(str::to_owned),
                name: field.name,
                known: names.join(", "),
            }
        }
        other => QueryError::Invalid(other.to_string()),
    }
}

fn from_arrow(error: ArrowError) -> QueryError {
    match error {
        ArrowError::ExternalError(inner) => match inner.downcast::<DataFusionError>() {
            Ok(inner) => (*inner).into(),
            Err(other) => QueryError::Store(other.to_string()),
        },
        ArrowError::IoError(text, _) | ArrowError::ParquetError(text) | ArrowError::IpcError(text) => {
            QueryError::Store(text)
        }
        ArrowError::MemoryError(text) => QueryError::Resources(text),
        other => QueryError::Value(other.to_string()),
    }
}

/// DataFusion appends backtraces and internals after the first line.
fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrapped_error_keeps_its_kind() {
        let inner = DataFusionError::ResourcesExhausted("no memory\nbacktrace".to_owned());
        let wrapped = DataFusionError::Context("while joining".to_owned(), Box::new(inner));
        let shared = DataFusionError::Shared(std::sync::Arc::new(wrapped));
        assert_eq!(QueryError::from(shared), QueryError::Resources("no memory".to_owned()));
        let own = DataFusionError::External(Box::new(QueryError::Cancelled));
        assert_eq!(QueryError::from(own).code(), "cancelled");
    }
}

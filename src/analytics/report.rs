//! Asks a named question.

use serde_json::{Map, Value, json};

use super::error::AnalyticsError;
use super::header::{FIRST_DAY, LAST_DAY};
use super::questions::{self, NamedQuestion, Reads};
use crate::lake::At;
use crate::model::Day;
use crate::query::{AccountScope, Answer, Days, Engine, Limits, Question};

/// Who asks, of which state and days, with which values.
#[derive(Clone, Debug)]
pub struct Ask {
    /// Whose rows it may see.
    pub accounts: AccountScope,
    /// The state of the lake.
    pub at: At,
    /// The days it is about; none stands for all.
    pub days: Option<Days>,
    /// Parameters that differ from their defaults, as text.
    pub params: Vec<(String, String)>,
    /// What it may take.
    pub limits: Limits,
}

impl Ask {
    /// Of the newest state, over all days, with defaults.
    pub fn new(accounts: AccountScope) -> Self {
        Self { accounts, at: At::Latest, days: None, params: Vec::new(), limits: Limits::default() }
    }

    /// Over these days.
    pub fn over(mut self, days: Days) -> Self {
        self.days = Some(days);
        self
    }
}

/// The answer to a named question.
#[derive(Debug)]
pub struct Report {
    /// The question.
    pub question: &'static NamedQuestion,
    /// The days it is about.
    pub days: Option<Days>,
    /// The newest day for which the question's report kind has rows, inside the window or not.
    pub newest_day: Option<Day>,
    /// The kinds of report it needs that were never imported: what depends on them is missing or null, and not 0.
    pub missing: Vec<&'static str>,
    /// The rows.
    pub answer: Answer,
}

impl Report {
    /// What an envelope says of it: `question`, `window` {`start`, `end`, `days`} or null, `newest_day` or null,
    /// `missing_report`, the kinds never imported, or null.
    pub fn entries(&self) -> Map<String, Value> {
        let window = self.days.map(|days| json!({"start": days.first, "end": days.last, "days": days.count()}));
        let missing = (!self.missing.is_empty()).then(|| self.missing.join(", "));
        let mut entries = Map::new();
        entries.insert("question".to_owned(), self.question.name.into());
        entries.insert("window".to_owned(), window.unwrap_or(Value::Null));
        entries.insert("newest_day".to_owned(), json!(self.newest_day));
        entries.insert("missing_report".to_owned(), json!(missing));
        entries
    }

    fn of(question: &'static NamedQuestion, days: Option<Days>, answer: Answer) -> Self {
        let newest = |reads: &Reads| reads.reports.iter().find_map(|report| answer.newest_day.get(*report)).copied();
        let newest_day = question.reads.first().and_then(newest);
        let missing = question.reads.iter().filter(|reads| newest(reads).is_none());
        let missing = missing.filter_map(|reads| reads.reports.first().copied()).collect();
        Self { question, days, newest_day, missing, answer }
    }
}

/// Asks the question of that name.
pub async fn report(engine: &Engine, name: &str, ask: Ask) -> Result<Report, AnalyticsError> {
    let question = questions::question(name)?;
    let days = ask.days;
    let answer = engine.ask(bind(question, ask)?).await?;
    Ok(Report::of(question, days, answer))
}

/// The same for callers without a runtime; it panics inside one.
pub fn report_blocking(engine: &Engine, name: &str, ask: Ask) -> Result<Report, AnalyticsError> {
    let question = questions::question(name)?;
    let days = ask.days;
    let answer = engine.ask_blocking(bind(question, ask)?)?;
    Ok(Report::of(question, days, answer))
}

/// The question for the door: given values, defaults for the rest, and no value that it does not know.
fn bind(question: &'static NamedQuestion, ask: Ask) -> Result<Question, AnalyticsError> {
    let known = |name: &str| question.parameters.iter().any(|parameter| parameter.name == name);
    if let Some((name, _)) = ask.params.iter().find(|(name, _)| !known(name)) {
        let names: Vec<&str> = question.parameters.iter().map(|parameter| parameter.name).collect();
        let known = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
        return Err(AnalyticsError::UnknownParameter { question: question.name, name: name.clone(), known });
    }
    let params = question.parameters.iter().map(|parameter| {
        let given = ask.params.iter().find(|(name, _)| name == parameter.name).map(|(_, value)| value.as_str());
        let window = || ask.days.ok_or(AnalyticsError::NoWindow { question: question.name });
        let value = match given.unwrap_or(parameter.default) {
            FIRST_DAY if given.is_none() => parameter.value(&window()?.first.to_string())?,
            LAST_DAY if given.is_none() => parameter.value(&window()?.last.to_string())?,
            text => parameter.value(text)?,
        };
        Ok((parameter.name.to_owned(), value))
    });
    let params = params.collect::<Result<Vec<_>, AnalyticsError>>()?;
    let Ask { accounts, at, days, limits, .. } = ask;
    Ok(Question { sql: question.sql.to_owned(), params, accounts, at, days, limits })
}

#[cfg(test)]
mod tests;

//! Asking the store a question from the command line.

use std::io::Write;

use super::failure::{Failure, OrFail};
use super::session::Session;
use crate::analytics::{self, AnalyticsError, Ask, Report};
use crate::jobs::{self, Store};
use crate::lake::At;
use crate::query::format::{self, Envelope, Format, Style, TableStyle};
use crate::query::{self, AccountScope, Answer, Described, Engine, QueryError, Question};

/// An open store that answers questions.
pub struct Asker {
    store: Store,
    engine: Engine,
}

impl Asker {
    /// Opens the session's store for reading.
    pub fn open(session: &Session) -> Result<Self, Failure> {
        Self::over(&Store::open_reader(session.dir.clone(), session.config.clone()).or_fail()?)
    }

    /// Asks a store that is open already.
    pub fn over(store: &Store) -> Result<Self, Failure> {
        Ok(Self { store: store.clone(), engine: store.engine().or_fail()? })
    }

    /// The accounts that are meant: one by name or number, `all`, or the first one.
    pub fn accounts(&self, named: Option<&str>) -> Result<AccountScope, Failure> {
        jobs::scope(&self.store.db, named).or_fail()
    }

    /// Everything that these accounts can name in a question.
    pub fn described(&self, accounts: &AccountScope) -> Result<Described, Failure> {
        futures::executor::block_on(query::described(&self.engine, accounts)).or_fail()
    }

    /// Writes the answer; the limits are those of the machine's owner, who can stop a question by Ctrl-C.
    pub fn ask(
        &self,
        sql: String,
        at: At,
        accounts: AccountScope,
        format: Format,
        out: &mut impl Write,
    ) -> Result<(), Failure> {
        let question = Question { at, limits: self.store.owner_limits(), ..Question::new(sql, accounts) };
        let mut answer = self.engine.ask_blocking(question).map_err(told)?;
        written(&mut answer, format, style(), out)?;
        Ok(())
    }

    /// Writes the answer to a named question, with these parameters.
    pub fn report(
        &self,
        name: &str,
        params: Vec<(String, String)>,
        accounts: AccountScope,
        format: Format,
        out: &mut impl Write,
    ) -> Result<(), Failure> {
        let mut report = self.named(name, Ask { params, ..Ask::new(accounts) }).or_fail()?;
        written(&mut report.answer, format, style(), out)?;
        Ok(())
    }

    /// Asks a named question; the limits are those of the machine's owner.
    pub fn named(&self, name: &str, ask: Ask) -> Result<Report, AnalyticsError> {
        analytics::report_blocking(&self.engine, name, Ask { limits: self.store.owner_limits(), ..ask })
    }

    /// Writes the answer to a named question, as JSON in an envelope that says its window; gives how many rows it has.
    pub fn write(&self, report: &mut Report, format: Format, out: &mut impl Write) -> Result<u64, Failure> {
        let envelope = Some(Envelope { entries: report.entries() });
        written(&mut report.answer, format, Style { envelope, ..style() }, out)
    }
}

fn written(answer: &mut Answer, format: Format, style: Style, out: &mut impl Write) -> Result<u64, Failure> {
    let ending = format::write(answer, format, style, out).map_err(told)?;
    if let Some(cut) = ending.cut
        && format != Format::Table
    {
        return Err(Failure::new(format_args!("the answer was cut at {cut}")).help("add LIMIT, or ask in parts"));
    }
    Ok(ending.rows)
}

/// A reader that has seen enough (`| head`) is no failure.
fn told(error: QueryError) -> Failure {
    match error {
        QueryError::Cancelled => Failure::Silent { code: 0 },
        other => Failure::new(other),
    }
}

/// Tables as wide as the terminal; where there is none, as wide as they are.
fn style() -> Style {
    let terminal_columns = comfy_table::Table::new().width();
    Style { table: TableStyle { terminal_columns, ..TableStyle::default() }, ..Style::default() }
}

//! `catscan doctor`: is the store well, and what does it lack?

use std::io::{self, BufWriter, Write};
use std::process::ExitCode;

use chrono::Utc;
use clap::Args;

use super::asking::Asker;
use super::failure::{Failure, OrFail};
use super::session::{Globals, Session};
use crate::analytics::{self, Check};
use crate::doctor::{self, Examination, Finding, Outcome};
use crate::jobs::Store;
use crate::lake::{At, Steps};
use crate::query::AccountScope;
use crate::query::format::Format;
use crate::telemetry::Level;

/// Check the store and its data; say what is wrong, what is missing, and what to do
///
/// One line for each check: ok, warning (something is missing, or strange but as the reports say) or fault. Reads only.
/// The exit code is 1 where there is a fault.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  catscan doctor
  catscan doctor --quick                              without the checks that read rows
  catscan doctor --json | jq 'select(.outcome != \"ok\")'
  catscan doctor --rows clicks_are_within_impressions   the rows that a check found
  catscan lake verify --full                          reads every byte, too")]
pub struct DoctorArgs {
    /// Leave out the checks that read rows
    #[arg(long)]
    quick: bool,
    /// Show the rows that this check finds, and make no other
    #[arg(long, value_name = "CHECK", value_parser = check, conflicts_with = "quick")]
    rows: Option<&'static Check>,
    /// Print one JSON object for each check, or for each row
    #[arg(long)]
    json: bool,
}

fn check(name: &str) -> Result<&'static Check, String> {
    let known = || analytics::checks().iter().map(|check| check.name).collect::<Vec<_>>().join(", ");
    let check = analytics::checks().iter().find(|check| check.name == name);
    check.ok_or_else(|| format!("no check of rows has that name; there are {}", known()))
}

pub fn run(globals: &Globals, args: DoctorArgs) -> Result<ExitCode, Failure> {
    let session = match globals.session(Level::Warnings) {
        Ok(session) => session,
        Err(Failure::Told { message, help, code: 1 }) => {
            let advice = help.unwrap_or_else(|| "correct the settings".to_owned());
            return tell(&[Finding::new("settings", Outcome::Fault, message).advised(advice)], args.json);
        }
        Err(other) => return Err(other),
    };
    session.require_store()?;
    if let Some(check) = args.rows {
        return rows(&session, check, args.json);
    }
    let store = match Store::open_reader(session.dir.clone(), session.config.clone()) {
        Ok(store) => store,
        Err(error) => {
            let advice = "`catscan restore` brings a backup back; a newer store wants a newer program";
            return tell(&[Finding::new("store", Outcome::Fault, error.to_string()).advised(advice)], args.json);
        }
    };
    let examination = Examination { quick: args.quick, now: Utc::now() };
    tell(&doctor::examine(&store, examination, &Shown(&session)), args.json)
}

/// Which check is made, for those who wait.
struct Shown<'a>(&'a Session);

impl Steps for Shown<'_> {
    fn stage(&self, name: &'static str, _: u64) {
        if super::session::is_watched() {
            self.0.say(format_args!("… {name}"));
        }
    }
}

fn rows(session: &Session, check: &Check, json: bool) -> Result<ExitCode, Failure> {
    let mut out = BufWriter::new(io::stdout().lock());
    let format = if json { Format::Ndjson } else { Format::Table };
    Asker::open(session)?.ask(check.sql.to_owned(), At::Latest, AccountScope::All, format, &mut out)?;
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}

fn tell(findings: &[Finding], json: bool) -> Result<ExitCode, Failure> {
    let mut out = BufWriter::new(io::stdout().lock());
    if json {
        for finding in findings {
            serde_json::to_writer(&mut out, finding).map_err(io::Error::from).or_fail()?;
            writeln!(out)?;
        }
    } else {
        write!(out, "{}", words(findings))?;
    }
    out.flush()?;
    let is_faulty = findings.iter().any(|finding| finding.outcome == Outcome::Fault);
    Ok(ExitCode::from(u8::from(is_faulty)))
}

fn words(findings: &[Finding]) -> String {
    let mut text = String::new();
    for Finding { check, account, outcome, found, advice } in findings {
        let account = account.as_ref().map_or_else(String::new, |account| format!(" of {account}"));
        text.push_str(&format!("{:<9}{check}{account}: {found}\n", outcome.word()));
        if let Some(advice) = advice {
            text.push_str(&format!("         → {advice}\n"));
        }
    }
    let count = |outcome: Outcome| findings.iter().filter(|finding| finding.outcome == outcome).count();
    let (ok, warnings, faults) = (count(Outcome::Ok), count(Outcome::Warning), count(Outcome::Fault));
    text + &format!("{} checks: {ok} ok, {warnings} warnings, {faults} faults\n", findings.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_check_is_a_line_and_what_to_do_stands_below() {
        let findings = [
            Finding::new("database", Outcome::Ok, "catscan.db is sound"),
            Finding { account: Some("acme".to_owned()), ..Finding::new("entities", Outcome::Warning, "0 configs") }
                .advised("`catscan sync`"),
        ];
        insta::assert_snapshot!(words(&findings), @r"
        ok       database: catscan.db is sound
        warning  entities of acme: 0 configs
                 → `catscan sync`
        2 checks: 1 ok, 1 warnings, 0 faults
        ");
    }

    #[test]
    fn a_check_of_rows_is_known_by_its_name() {
        assert_eq!(check("one_row_per_key").unwrap().name, "one_row_per_key");
        assert!(check("one_row").unwrap_err().contains("one_row_per_key"));
    }
}

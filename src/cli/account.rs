//! `catscan account`: the bidders whose data the store holds.

use std::io::Write;
use std::process::ExitCode;

use clap::{Args, Subcommand, ValueEnum};
use comfy_table::{Table, presets};

use super::failure::{Failure, OrFail};
use super::session::{Globals, Session};
use super::work;
use crate::entities::accounts::{self, Account, AccountFields};
use crate::jobs::{AccountChange, Job, Store};
use crate::model::{Currency, DateOrder};
use crate::telemetry::Level;

/// List, add, change and remove accounts (bidders)
///
/// A store starts with one account, and as long as there is no other, no command needs its name.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  catscan account list
  catscan account set default --name acme --currency USD
  catscan account add globex --bidder-id 987654321 --date-format day-first
  catscan import --account globex report.csv")]
pub struct AccountArgs {
    #[command(subcommand)]
    command: AccountCommand,
}

#[derive(Debug, Subcommand)]
enum AccountCommand {
    /// Show all accounts
    #[command(after_help = "Example:\n  catscan account list --json")]
    List {
        /// One JSON object per account
        #[arg(long)]
        json: bool,
    },
    /// Add an account
    #[command(after_help = "Example:\n  catscan account add acme --bidder-id 123456789 --currency EUR")]
    Add {
        /// Its name, as commands will use it
        #[arg(value_name = "NAME")]
        name: String,
        #[command(flatten)]
        fields: Fields,
    },
    /// Change an account; what is not named stays
    #[command(after_help = "Example:\n  catscan account set default --name acme --date-format day-first")]
    Set {
        /// Account by name or number
        #[arg(value_name = "ACCOUNT")]
        account: String,
        /// New name
        #[arg(long, value_name = "NAME")]
        name: Option<String>,
        #[command(flatten)]
        fields: Fields,
    },
    /// Remove an account with its facts, entities and import history
    #[command(after_help = "Examples:
  catscan account remove acme             shows what would be removed
  catscan account remove acme --confirm   removes it")]
    Remove {
        /// Account by name or number
        #[arg(value_name = "ACCOUNT")]
        account: String,
        /// Remove it; without this, only say what would go
        #[arg(long)]
        confirm: bool,
    },
}

#[derive(Debug, Args)]
struct Fields {
    /// The bidder id at Google
    #[arg(long, value_name = "ID")]
    bidder_id: Option<String>,
    /// What the account's money is counted in, for example USD
    #[arg(long, value_name = "CODE", value_parser = currency)]
    currency: Option<Currency>,
    /// How to read dates such as 3/4/26 where a file leaves it open
    #[arg(long, value_name = "month-first|day-first", hide_possible_values = true)]
    date_format: Option<DateFormat>,
}

/// How dates such as 3/4/26 are read.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum DateFormat {
    /// 3/4/26 is March 4
    MonthFirst,
    /// 3/4/26 is April 3
    DayFirst,
}

impl From<DateFormat> for DateOrder {
    fn from(format: DateFormat) -> Self {
        match format {
            DateFormat::MonthFirst => Self::MonthFirst,
            DateFormat::DayFirst => Self::DayFirst,
        }
    }
}

pub(super) fn currency(text: &str) -> Result<Currency, String> {
    Currency::try_from(text.to_owned())
}

impl Fields {
    fn meant(self, name: Option<String>) -> AccountFields {
        AccountFields {
            name,
            bidder_id: self.bidder_id,
            currency: self.currency,
            date_format: self.date_format.map(DateOrder::from),
        }
    }
}

pub fn run(globals: &Globals, args: AccountArgs) -> Result<ExitCode, Failure> {
    let session = globals.session(Level::Warnings)?;
    let change = match args.command {
        AccountCommand::List { json } => return list(&session, json),
        AccountCommand::Add { name, fields } => AccountChange::Add { fields: fields.meant(Some(name)) },
        AccountCommand::Set { account, name, fields } => {
            let fields = fields.meant(name);
            if fields == AccountFields::default() {
                let message = "nothing to set: give --name, --bidder-id, --currency or --date-format";
                return Err(Failure::usage(message));
            }
            AccountChange::Set { account, fields }
        }
        AccountCommand::Remove { account, confirm } => AccountChange::Remove { account, confirm },
    };
    let ok = work::perform(&session, "account", &Job::Account(change), &work::tell_plainly)?;
    Ok(ExitCode::from(u8::from(!ok)))
}

fn list(session: &Session, json: bool) -> Result<ExitCode, Failure> {
    session.require_store()?;
    let store = Store::open_reader(session.dir.clone(), session.config.clone()).or_fail()?;
    let accounts: Vec<Account> = store.db.read(accounts::list).or_fail()?;
    let mut out = std::io::stdout().lock();
    if json {
        for account in &accounts {
            serde_json::to_writer(&mut out, account).map_err(std::io::Error::from)?;
            writeln!(out)?;
        }
        return Ok(ExitCode::SUCCESS);
    }
    let mut table = Table::new();
    table.load_preset(presets::NOTHING).set_header(["account", "name", "bidder id", "currency", "dates", "since"]);
    for account in &accounts {
        table.add_row([
            account.account_id.to_string(),
            account.name.clone(),
            account.bidder_id.clone().unwrap_or_else(|| "-".to_owned()),
            account.currency.map_or_else(|| "-".to_owned(), |currency| currency.to_string()),
            account.date_format.map_or("-", words).to_owned(),
            account.created_at.format("%Y-%m-%d").to_string(),
        ]);
    }
    writeln!(out, "{}", table.trim_fmt())?;
    Ok(ExitCode::SUCCESS)
}

fn words(order: DateOrder) -> &'static str {
    match order {
        DateOrder::MonthFirst => "month first",
        DateOrder::DayFirst => "day first",
    }
}

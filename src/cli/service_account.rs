//! `catscan service-account`: what Google is asked with.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use serde_json::Value;

use super::AccountChoice;
use super::entity::{self, minute, words};
use super::failure::{Failure, OrFail};
use super::session::Globals;
use crate::entities::service_accounts;
use crate::jobs::{CredentialsRequest, Job, resolve};
use crate::telemetry::Level;

/// Add, list and remove the service accounts that Google is asked with
///
/// A service account is a technical user of Google; its JSON key file comes from Google's console. The key is copied
/// into the data directory, where only you can read it, and is never shown.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  catscan service-account add downloads/bidder-sync.json
  catscan service-account list
  catscan service-account remove sync@my-project.iam.gserviceaccount.com")]
pub struct ServiceAccountArgs {
    #[command(subcommand)]
    command: ServiceAccountCommand,
}

#[derive(Debug, Subcommand)]
enum ServiceAccountCommand {
    /// Add a service account
    #[command(after_help = "Example:\n  catscan service-account add bidder-sync.json --name \"Sync of acme\"")]
    Add {
        /// Its JSON key file
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// What you call it [default: its project]
        #[arg(long, value_name = "NAME")]
        name: Option<String>,
        /// One JSON object
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        account: AccountChoice,
    },
    /// Show all service accounts; Google is asked with the first
    #[command(after_help = "Example:\n  catscan service-account list --json")]
    List {
        /// One JSON object per service account
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        account: AccountChoice,
    },
    /// Remove a service account with its key; seats that were read with it stay
    #[command(after_help = "Example:\n  catscan service-account remove sync@my-project.iam.gserviceaccount.com")]
    Remove {
        /// Its id or e-mail address
        #[arg(value_name = "ID")]
        id: String,
        /// One JSON object
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        account: AccountChoice,
    },
}

pub fn run(globals: &Globals, args: ServiceAccountArgs) -> Result<ExitCode, Failure> {
    let session = globals.session(Level::Warnings)?;
    let said = |answer: &Value, words: &str| {
        format!(
            "{words} {} ({})",
            answer["client_email"].as_str().unwrap_or_default(),
            answer["service_account_id"].as_str().unwrap_or_default()
        )
    };
    match args.command {
        ServiceAccountCommand::Add { file, name, json, account } => {
            let path = std::path::absolute(&file).map_err(Failure::usage)?;
            let request = CredentialsRequest::Add { path, display_name: name, account: account.account };
            let job = Job::Credentials(request);
            entity::change(&session, "service-account", &job, json, |answer| said(answer, "Google is asked as"))
        }
        ServiceAccountCommand::Remove { id, json, account } => {
            let job = Job::Credentials(CredentialsRequest::Remove { named: id, account: account.account });
            entity::change(&session, "service-account", &job, json, |answer| said(answer, "removed"))
        }
        ServiceAccountCommand::List { json, account } => {
            let store = entity::reader(&session)?;
            let account = resolve(&store.db, account.account.as_deref()).or_fail()?;
            let found = store.db.read(|tx| service_accounts::list(tx, account)).or_fail()?;
            let columns = [
                words("id", |one: &service_accounts::ServiceAccount| Some(one.service_account_id.clone())),
                words("e-mail", |one| Some(one.client_email.clone())),
                words("project", |one| one.project_id.clone()),
                words("name", |one| one.display_name.clone()),
                words("active", |one| Some(if one.is_active { "yes" } else { "no" }.to_owned())),
                words("added (UTC)", |one| Some(minute(one.created_at))),
                words("used (UTC)", |one| one.last_used.map(minute)),
            ];
            entity::list(&found, json, &columns, "no service accounts; `catscan service-account add FILE` adds one")
        }
    }
}

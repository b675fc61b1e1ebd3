//! The command line: what was typed ([`Cli`] and one `Args` per command), and what it means (one file per command).
//!
//! Invariants: answers go to standard output and everything else to standard error; every failure is one line that
//! says what happened, mostly with one that says what to do; exit code 0 is success, 1 a fault of data or
//! surroundings, 2 a command line that was not meant so.

mod account;
mod asking;
mod backup;
mod backups;
mod campaigns;
mod changes;
mod configs;
mod creatives;
mod demo;
mod endpoints;
mod entity;
mod failure;
mod generate;
mod handover;
mod import;
mod imports;
mod init;
mod inputs;
mod jobs;
mod lake;
mod migrate;
mod migration;
mod numbers;
mod progress;
mod report;
mod reset;
mod restore;
mod seats;
mod serve;
mod service_account;
mod session;
mod signals;
mod sql;
mod summary;
mod sync;
mod sync_status;
mod undo;
mod work;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand};

pub use failure::Failure;
use session::Globals;

/// Turns the CSV reports of Google Authorized Buyers into answers about waste.
#[derive(Debug, Parser)]
#[command(name = "catscan", version, disable_help_subcommand = true, arg_required_else_help = true)]
#[command(max_term_width = 100)]
struct Cli {
    #[command(flatten)]
    globals: Globals,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Demo(demo::DemoArgs),
    Init(init::InitArgs),
    Import(import::ImportArgs),
    Undo(undo::UndoArgs),
    Imports(imports::ImportsArgs),
    Jobs(jobs::JobsArgs),
    Lake(lake::LakeArgs),
    Backup(backup::BackupArgs),
    Backups(backups::BackupsArgs),
    Restore(restore::RestoreArgs),
    Sync(sync::SyncArgs),
    ServiceAccount(service_account::ServiceAccountArgs),
    Seats(seats::SeatsArgs),
    Endpoints(endpoints::EndpointsArgs),
    Configs(configs::ConfigsArgs),
    Changes(changes::ChangesArgs),
    Creatives(creatives::CreativesArgs),
    MigrateFrom(migrate::MigrateArgs),
    Account(account::AccountArgs),
    Campaigns(campaigns::CampaignsArgs),
    Report(report::ReportArgs),
    Signals(signals::SignalsArgs),
    Sql(sql::SqlArgs),
    Serve(serve::ServeArgs),
    Generate(generate::GenerateArgs),
    Reset(reset::ResetArgs),
}

/// The commands as `catscan --help` groups them.
const GROUPS: &[(&str, &[&str])] = &[
    ("Try it", &["demo"]),
    ("Fill the store", &["init", "import", "undo", "migrate-from", "account"]),
    (
        "What Google has, and what to change there",
        &["service-account", "sync", "seats", "endpoints", "configs", "creatives", "changes", "campaigns"],
    ),
    ("Ask", &["report", "signals", "sql", "imports", "jobs", "serve"]),
    ("Care for the store", &["lake", "backup", "backups", "restore"]),
    ("Test data, and starting over", &["generate", "reset"]),
];

/// Runs the command line and gives the exit code of the process.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    if arguments.len() <= 1 {
        // clap counts an option that the environment sets as an argument, and would complain instead.
        eprint!("{}", command().render_help());
        return ExitCode::from(2);
    }
    let parsed = command().try_get_matches_from(arguments).and_then(|matches| Cli::from_arg_matches(&matches));
    let cli = match parsed {
        Ok(cli) => cli,
        Err(error) => {
            // Printing fails only when nobody reads; the exit code still tells.
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { 2 } else { 0 });
        }
    };
    match dispatch(cli) {
        Ok(code) => code,
        Err(failure) => failure.report(),
    }
}

fn dispatch(cli: Cli) -> Result<ExitCode, Failure> {
    let globals = cli.globals;
    match cli.command {
        Command::Demo(args) => demo::run(&globals, args),
        Command::Init(args) => init::run(&globals, args),
        Command::Import(args) => import::run(&globals, args),
        Command::Undo(args) => undo::run(&globals, args),
        Command::Imports(args) => imports::run(&globals, args),
        Command::Jobs(args) => jobs::run(&globals, args),
        Command::Lake(args) => lake::run(&globals, args),
        Command::Backup(args) => backup::run(&globals, args),
        Command::Backups(args) => backups::run(&globals, args),
        Command::Restore(args) => restore::run(&globals, args),
        Command::Sync(args) => sync::run(&globals, args),
        Command::ServiceAccount(args) => service_account::run(&globals, args),
        Command::Seats(args) => seats::run(&globals, args),
        Command::Endpoints(args) => endpoints::run(&globals, args),
        Command::Configs(args) => configs::run(&globals, args),
        Command::Changes(args) => changes::run(&globals, args),
        Command::Creatives(args) => creatives::run(&globals, args),
        Command::MigrateFrom(args) => migrate::run(&globals, args),
        Command::Signals(args) => signals::run(&globals, args),
        Command::Account(args) => account::run(&globals, args),
        Command::Campaigns(args) => campaigns::run(&globals, args),
        Command::Report(args) => report::run(&globals, args),
        Command::Sql(args) => sql::run(&globals, args),
        Command::Serve(args) => serve::run(&globals, args),
        Command::Generate(args) => generate::run(&globals, args),
        Command::Reset(args) => reset::run(&globals, args),
    }
}

/// clap's description, with the commands in groups and one help page each, short enough for `-h` and `--help`.
fn command() -> clap::Command {
    let mut command = Cli::command();
    let names: Vec<String> = command.get_subcommands().map(|sub| sub.get_name().to_owned()).collect();
    for name in names {
        command = command.mut_subcommand(name, |sub| match sub.get_long_about().cloned() {
            Some(text) => sub.about(text).long_about(None),
            None => sub,
        });
    }
    let mut listing = String::new();
    for (heading, names) in GROUPS {
        listing.push_str(&format!("{heading}:\n"));
        for name in *names {
            let about = command.find_subcommand(name).and_then(clap::Command::get_about).map(ToString::to_string);
            let about = about.as_deref().and_then(|about| about.lines().next()).unwrap_or_default();
            listing.push_str(&format!("  {name:<17}{about}\n"));
        }
        listing.push('\n');
    }
    command.help_template(format!(
        "{{about}}\n\n{{usage-heading}} {{usage}}\n\n{listing}Options:\n{{options}}\n\n\
         `catscan <COMMAND> --help` shows options and examples of a command.\n"
    ))
}

/// Which account a command is about.
#[derive(Debug, Args)]
struct AccountChoice {
    /// Account by name or number; not needed while there is only one
    #[arg(long, value_name = "NAME")]
    account: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        command().debug_assert();
    }

    #[test]
    fn every_command_stands_in_one_group() {
        let grouped: Vec<&str> = GROUPS.iter().flat_map(|(_, names)| names.iter().copied()).collect();
        let command = command();
        let mut defined: Vec<&str> = command.get_subcommands().map(clap::Command::get_name).collect();
        defined.sort_by_key(|name| grouped.iter().position(|grouped| grouped == name));
        assert_eq!(defined, grouped);
    }

    #[test]
    fn help_reads_as_it_did() {
        let mut command = command().term_width(100);
        command.build();
        let mut pages = vec![("catscan".to_owned(), command.render_help().to_string())];
        let mut waiting: Vec<(String, clap::Command)> = subcommands("catscan", &command);
        while let Some((name, mut command)) = waiting.pop() {
            waiting.extend(subcommands(&name, &command));
            pages.push((name, command.render_help().to_string()));
        }
        for (name, page) in pages {
            insta::assert_snapshot!(name.replace(' ', "-"), page);
        }
    }

    fn subcommands(prefix: &str, command: &clap::Command) -> Vec<(String, clap::Command)> {
        command.get_subcommands().map(|sub| (format!("{prefix} {}", sub.get_name()), sub.clone())).collect()
    }
}

//! `catscan lake repair`: what is wrong with the files, and what can be done about it.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::view;
use crate::cli::failure::{Failure, OrFail};
use crate::cli::numbers::counted;
use crate::cli::session::Session;
use crate::cli::work;
use crate::jobs::{self, Care, RepairAnswer, RepairRequest};

/// Say which files are damaged and what heals them; with --yes, do it
///
/// A file is healed by the same bytes, told by their hash: another file of the store that has them, or one of a backup.
/// What nothing heals is named with its day and the reports to import again. The damaged file itself is kept in
/// lake/_damaged.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  catscan lake repair                                      changes nothing
  catscan lake repair --from /backups/catscan --yes
  catscan lake repair --drop-damaged --yes                 give up what nothing heals; import those reports again")]
pub(super) struct RepairArgs {
    /// A backup, or any directory with the same files at the same paths
    #[arg(long, value_name = "DIR")]
    from: Option<PathBuf>,
    /// Take files that nothing heals out of the newest state, so that their reports can be imported again
    #[arg(long)]
    drop_damaged: bool,
    /// Do it
    #[arg(long)]
    yes: bool,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

pub(super) fn run(session: &Session, args: RepairArgs) -> Result<ExitCode, Failure> {
    let from = args.from.as_ref().map(|from| from.canonicalize()).transpose();
    let from = from.map_err(|error| {
        let named = args.from.as_deref().unwrap_or(std::path::Path::new("")).display();
        Failure::new(format_args!("{named}: {error}")).help("name the directory of a backup with --from")
    })?;
    // A lake without its marker opens for nobody, so no server has it.
    if work::server_of(session)?.is_none() {
        let lock = work::lock_for(session, "lake repair")?;
        if jobs::mark_again(&session.dir, &session.config, &lock, args.yes).or_fail()? {
            if !args.yes {
                return Err(Failure::new(
                    "the lake has lost the file that says whose it is, and has files of this store",
                )
                .help("nothing was changed: `catscan lake repair --yes` puts it back, and looks at the files then"));
            }
            session.say("the lake carries its mark again");
        }
    }
    let request = RepairRequest { from, apply: args.yes, drop_damaged: args.drop_damaged };
    view::care(session, Care::Repair(request), args.json, |answer: RepairAnswer| words(&answer))
}

fn words(answer: &RepairAnswer) -> String {
    let mut text = String::new();
    if answer.healed.is_empty() && answer.lost.is_empty() {
        return "every file is as it was written: nothing to repair\n".to_owned();
    }
    let done = if answer.applied { "healed" } else { "can be healed" };
    for file in &answer.healed {
        text.push_str(&format!("{done}: {} ({}): {}\n  from {}\n", file.file, file.day, file.what, file.from));
    }
    for file in &answer.lost {
        let done = match (file.dropped, file.is_live) {
            (true, _) => "dropped",
            (false, true) => "lost",
            (false, false) => "lost, in older states only",
        };
        text.push_str(&format!("{done}: {} ({}): {}\n", file.file, file.day, file.what));
        let rows = counted(file.rows, "row");
        text.push_str(&format!(
            "  {rows} of {}, account {}; to import again, in this order:\n",
            file.kind, file.account_id
        ));
        for import in &file.imports {
            text.push_str(&format!("    {} (batch {})\n", import.file, import.batch_id));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::LostImport;
    use crate::jobs::{HealedFile, LostFile};
    use crate::model::{AccountId, BatchId};

    #[test]
    fn what_heals_and_what_is_to_be_imported_again_is_said() {
        let day = "2026-11-19".parse().unwrap();
        let healed = HealedFile {
            file: "rtb_daily/a.parquet".to_owned(),
            day,
            what: "it is missing".to_owned(),
            from: "/backups/catscan/files/rtb_daily/a.parquet".to_owned(),
        };
        let lost = LostFile {
            file: "rtb_daily/b.parquet".to_owned(),
            account_id: AccountId::FIRST,
            kind: "performance".to_owned(),
            day,
            rows: 75_120,
            what: "it has 3 bytes, the catalog says 4".to_owned(),
            is_live: true,
            dropped: false,
            imports: vec![LostImport { batch_id: BatchId(12), file: "day.csv".to_owned() }],
        };
        let answer = RepairAnswer { applied: false, healed: vec![healed], lost: vec![lost], snapshot_id: None };
        insta::assert_snapshot!(words(&answer), @r"
        can be healed: rtb_daily/a.parquet (2026-11-19): it is missing
          from /backups/catscan/files/rtb_daily/a.parquet
        lost: rtb_daily/b.parquet (2026-11-19): it has 3 bytes, the catalog says 4
          75,120 rows of performance, account 1; to import again, in this order:
            day.csv (batch 12)
        ");
    }
}

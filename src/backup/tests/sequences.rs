//! Random sequences of imports, undos, compactions, removals of older states, and backups of which few are kept: each
//! backup that is listed restores to what the store added up to when it was made.

use std::time::Duration;

use chrono::{TimeDelta, Utc};
use proptest::prelude::*;
use proptest::test_runner::{RngAlgorithm, TestRng, TestRunner};

use super::fixture::{Machine, Totals, totals_of};
use crate::backup::{BackupName, list};
use crate::ingest::Mode;
use crate::lake::{CompactOptions, RetainOptions};
use crate::model::{BatchId, Clock};

#[derive(Clone, Debug)]
enum Step {
    Import(Mode, Vec<(u8, u8, u8)>),
    /// One of the imports so far.
    Undo(prop::sample::Index),
    Compact,
    /// Forgets all states but the newest, and removes their files at once.
    Retain,
    /// So many are kept.
    BackUp(u32),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let mode = prop_oneof![3 => Just(Mode::Merge), 1 => Just(Mode::Replace)];
    let rows = prop::collection::vec((15..18_u8, 0..4_u8, 0..9_u8), 1..4);
    let step = prop_oneof![
        4 => (mode, rows).prop_map(|(mode, rows)| Step::Import(mode, rows)),
        2 => any::<prop::sample::Index>().prop_map(Step::Undo),
        1 => Just(Step::Compact),
        1 => Just(Step::Retain),
        4 => (1..4_u32).prop_map(Step::BackUp),
    ];
    prop::collection::vec(step, 3..14)
}

fn check(steps: &[Step]) {
    let machine = Machine::new();
    let mut batches: Vec<BatchId> = Vec::new();
    let mut made: Vec<(BackupName, Totals)> = Vec::new();
    for step in steps {
        match step {
            Step::Import(mode, rows) => batches.extend(machine.import_as(*mode, rows)),
            Step::Undo(which) if !batches.is_empty() => {
                // One that is not the newest of its days, or whose files are gone, is refused and changes nothing.
                let _ = machine.importer.undo(batches[which.index(batches.len())], None);
            }
            Step::Undo(_) => {}
            Step::Compact => {
                let options = CompactOptions {
                    account: None,
                    files: 2,
                    small_bytes: 1 << 20,
                    memory_bytes: 1 << 20,
                    threads: 1,
                    dry_run: false,
                };
                machine.lake.compact(&options, &Clock::system(), &()).unwrap();
            }
            Step::Retain => {
                let much_later = Clock::fixed(Utc::now() + TimeDelta::days(40));
                let options =
                    RetainOptions { keep_facts_days: 0, keep_snapshots_days: 7, grace: Duration::ZERO, dry_run: false };
                machine.lake.retain(&options, &much_later, &()).unwrap();
            }
            Step::BackUp(keep) => {
                let answer = machine.try_back_up(&machine.depot(), *keep).unwrap();
                made.push((answer.backup, machine.totals()));
                let listed: Vec<_> = list(&machine.depot()).unwrap().into_iter().map(|backup| backup.backup).collect();
                assert!(listed.len() <= *keep as usize && listed[0] == answer.backup, "{listed:?}");
            }
        }
    }
    if made.is_empty() {
        return;
    }
    for listed in list(&machine.depot()).unwrap() {
        let (_, totals) = made.iter().find(|(name, _)| *name == listed.backup).unwrap();
        assert_eq!(totals_of(&machine.path("depot"), listed.backup), *totals, "{}", listed.backup);
    }
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{name} is a whole number")))
}

#[test]
fn every_backup_that_is_kept_restores_to_what_there_was() {
    let cases = number("CATSCAN_SEQUENCES").unwrap_or(25) as u32;
    let now = std::time::SystemTime::now().duration_since(std::time::SystemTime::UNIX_EPOCH).unwrap().as_nanos() as u64;
    let seed = number("CATSCAN_SEED").unwrap_or(now);
    println!("CATSCAN_SEED={seed} CATSCAN_SEQUENCES={cases} runs the same sequences again");
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let config =
        ProptestConfig { cases, max_shrink_iters: 100, failure_persistence: None, ..ProptestConfig::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &bytes));
    let checked = |steps: Vec<Step>| {
        check(&steps);
        Ok(())
    };
    runner.run(&steps(), checked).unwrap_or_else(|error| panic!("CATSCAN_SEED={seed}: {error}"));
}

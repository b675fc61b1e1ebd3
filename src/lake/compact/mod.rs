//! Compaction: the small files of a partition become one sorted file with the same rows.
//!
//! A partition has several files where imports brought disjoint keys (a file a config). Each merge is one change of its
//! own, so a run never blocks imports for long and can stop after any of them; an import that comes in between wins, and
//! the partition is left for the next run. Rows keep their batch. Before a merged file is published it is read back: rows,
//! nulls and exact sums are those of the files that it replaces, or nothing is changed. Older snapshots keep the old files.

mod answer;
mod merge;
mod plan;

use std::collections::BTreeSet;

pub use answer::{CompactAnswer, CompactOptions, MergedFiles, SkippedFiles};

use self::merge::Merge;
use self::plan::Merging;
use super::tally::Tally;
use super::{At, Change, Lake, LakeError, StagedFile, Steps, rows};
use crate::kill;
use crate::model::facts::Column;
use crate::model::{Clock, SnapshotId};

/// Who commits a compaction, in the catalog's history: undo finds by it what a file was made of.
pub(super) const AUTHOR: &str = "catscan compact";

impl Lake {
    /// Merges what is worth merging now. A damaged file, or an import that came in between, leaves its partition as it
    /// is; the answer says so.
    ///
    /// # Errors
    /// The disk or the database refused, or a merged file is not equal to its parts. What was merged before stays.
    pub fn compact(
        &self,
        options: &CompactOptions,
        clock: &Clock,
        steps: &dyn Steps,
    ) -> Result<CompactAnswer, LakeError> {
        let planned = self.snapshot(&At::Latest)?;
        let mergings = plan::mergings(&planned, options);
        let mut answer = CompactAnswer::new(options.dry_run);
        steps.stage("merging", mergings.iter().map(|merging| MergedFiles::of(merging).bytes_before).sum());
        for merging in &mergings {
            if steps.is_stopping() {
                answer.stopped = true;
                break;
            }
            let merged = match options.dry_run {
                true => Ok(MergedFiles::of(merging)),
                false => self.merge(merging, options, clock, steps),
            };
            match merged {
                Ok(merged) => answer.add(merged),
                Err(error @ (LakeError::Conflict { .. } | LakeError::Damaged(_))) => {
                    answer.skipped.push(SkippedFiles::of(merging, &error));
                }
                Err(error) => return Err(error),
            }
            steps.done(MergedFiles::of(merging).bytes_before);
        }
        Ok(answer)
    }

    fn merge(
        &self,
        merging: &Merging,
        options: &CompactOptions,
        clock: &Clock,
        steps: &dyn Steps,
    ) -> Result<MergedFiles, LakeError> {
        // The files are live since this snapshot at least, or one of them has ended and the commit refuses.
        let base = self.snapshot(&At::Latest)?.id;
        let staged = self.stage(merging, options.threads)?;
        kill::point("compact_after_stage");
        let (rows, bytes) = (staged.rows(), staged.bytes());
        let mut published = self.publish(vec![staged])?;
        kill::point("compact_after_publish");
        let mut committed = None;
        steps.in_turn(&mut || {
            let change = change(merging, std::mem::take(&mut published), base, clock);
            committed = Some(self.shared.db.write(|tx| {
                let snapshot = self.commit(tx, change)?;
                kill::point("compact_before_commit");
                Ok::<SnapshotId, LakeError>(snapshot)
            }));
        });
        // Work is always done in its turn.
        let snapshot = committed.transpose()?;
        kill::point("compact_after_commit");
        Ok(MergedFiles { rows, bytes_after: Some(bytes), snapshot_id: snapshot, ..MergedFiles::of(merging) })
    }

    /// The merged file, read back and found equal to its parts.
    fn stage(&self, Merging { scope, files }: &Merging, threads: usize) -> Result<StagedFile, LakeError> {
        let grain: BTreeSet<&str> = files.iter().flat_map(|file| &file.grain).map(String::as_str).collect();
        let unequal = |what: String| LakeError::NotTheSame { scope: scope.clone(), what };
        if files.iter().any(|file| file.grain.iter().map(String::as_str).collect::<BTreeSet<_>>() != grain) {
            return Err(unequal("its files are not by the same dimensions".to_owned()));
        }
        let stored = |column: &&'static Column| files.iter().any(|file| file.columns.contains(&column.name));
        let columns: Vec<&'static Column> = scope.table.stored_columns().filter(stored).collect();
        let schema = rows::schema(&columns);
        let grain: Vec<&str> = columns.iter().map(|c| c.name.as_str()).filter(|name| grain.contains(name)).collect();
        let expected: u64 = files.iter().map(|file| file.rows).sum();
        let mut file = self.create_file(scope, &columns, &grain, expected)?.with_threads(threads);
        let mut merge = Merge::open(scope.table, files, schema.clone())?;
        for batch in &mut merge {
            file.write(&batch?)?;
        }
        let staged = file.finish()?;
        let written = Tally::of_staged(staged.temporary.path(), &schema)?;
        if merge.read.rows() != expected {
            return Err(unequal(format!("its files hold {} rows, the catalog says {expected}", merge.read.rows())));
        }
        match merge.read.difference(&written) {
            None => Ok(staged),
            Some(what) => Err(unequal(what)),
        }
    }
}

fn change(
    Merging { scope, files }: &Merging,
    add: Vec<super::PublishedFile>,
    base: SnapshotId,
    clock: &Clock,
) -> Change {
    let [account, report, day] = scope.values();
    Change {
        add,
        end: files.iter().map(|file| file.file_id).collect(),
        base,
        author: AUTHOR.to_owned(),
        message: format!("{} files of {report}, {day}, account {account} merged", files.len()),
        extra: serde_json::json!({ "compaction": {
            "table": scope.table.name, "account_id": scope.account, "report": report, "metric_date": day,
        }})
        .to_string(),
        now: clock.now(),
    }
}

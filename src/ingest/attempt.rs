//! One file's way from bytes to commit.

use std::io::Read;
use std::time::Instant;

use super::error::Ended;
use super::file_rows::FileRows;
use super::input::{Text, base_name};
use super::partition::{Partitions, Staging};
use super::reading::{Reading, Share};
use super::record::{self, Bytes, Claim};
use super::sightings::Sightings;
use super::timings::{Stage, Stopwatch};
use super::turns::Turn;
use super::unknown_creatives::UnknownCreatives;
use super::{
    ImportAnswer, ImportError, ImportOptions, Importer, Mode, NoProgress, Progress, Source, Status, foreign_hashes,
};
use crate::kill;
use crate::lake::{At, Change, LakeError};
use crate::model::{BatchId, Day};
use crate::report::{EARLIEST, Fault, Header, Parsed, RECORD_CAP_BYTES, Refusal, ReportKind, Terms};

/// One import under way.
pub(super) struct Attempt<'a> {
    importer: &'a Importer,
    source: &'a Source,
    options: &'a ImportOptions,
    progress: &'a dyn Progress,
    /// What of the machine is this import's.
    share: Share,
    started: Instant,
    watch: Stopwatch,
    answer: ImportAnswer,
    faults: Vec<Fault>,
    hash: String,
    size: u64,
    claim: Option<BatchId>,
}

/// A file that other imports kept overtaking is given up after this many tries.
const TRIES: u32 = 5;

/// The batch of rows that are never committed.
const NO_BATCH: BatchId = BatchId(0);

impl<'a> Attempt<'a> {
    pub(super) fn new(
        importer: &'a Importer,
        source: &'a Source,
        options: &'a ImportOptions,
        progress: &'a dyn Progress,
        share: Share,
    ) -> Self {
        let answer = ImportAnswer::new(source.name(), options);
        let (faults, hash, size, claim) = Default::default();
        Self {
            importer,
            source,
            options,
            progress,
            share,
            started: Instant::now(),
            watch: Stopwatch::start(),
            answer,
            faults,
            hash,
            size,
            claim,
        }
    }

    /// Goes the whole way. The turns keep several files of one call in their order.
    pub(super) fn run(mut self, claims: Turn<'_>, mut commits: Turn<'_>) -> Result<ImportAnswer, ImportError> {
        let ended = self.go(claims, &mut commits);
        self.answer.elapsed_ms = self.started.elapsed().as_millis() as u64;
        self.answer.timings = self.watch.times();
        match ended {
            Ok(()) => {}
            Err(Ended::Duplicate(first)) => {
                self.answer.status = Status::Duplicate;
                self.answer.batch_id = Some(first);
            }
            Err(Ended::Processed(before)) => {
                self.answer.status = Status::Duplicate;
                self.answer.batch_id = before.batch;
                self.answer.notes = vec![before.note()];
            }
            Err(Ended::Refused(refusal)) => {
                self.answer.error = Some(*refusal);
                if !self.options.dry_run {
                    self.record_refusal()?;
                }
            }
            Err(Ended::Failed(error)) => {
                self.give_up(&error)?;
                return Err(error);
            }
        }
        Ok(self.answer)
    }

    fn go(&mut self, mut claims: Turn<'_>, commits: &mut Turn<'_>) -> Result<(), Ended> {
        self.progress.stage(self.source.name(), "reading");
        foreign_hashes::refuse_processed(&self.importer.db, self.options, self.source)?;
        let text = self.reading().open(&NoProgress)?;
        let size = text.size;
        let (header, kind) = self.recognise(text)?;
        if let Some(size) = size.filter(|_| !self.options.again) {
            self.refuse_known_bytes(kind, size)?;
        }
        self.watch.lap(Stage::Open);
        let (mut parsed, mut rows) = self.parse(&header, kind)?;
        self.check(&parsed)?;
        self.watch.lap(Stage::Read);
        claims.wait();
        let batch = self.claim()?;
        self.watch.lap(Stage::Wait);
        // The next file may claim while this one is written.
        drop(claims);
        for _ in 0..TRIES {
            match self.write(parsed, rows, kind, batch, commits)? {
                Committed::Yes => return Ok(()),
                Committed::Overtaken => {
                    let claimed = self.hash.clone();
                    (parsed, rows) = self.parse(&header, kind)?;
                    self.watch.lap(Stage::Read);
                    if self.hash != claimed {
                        let what = "the file changed while it was imported: import it again once it is complete";
                        return Err(Refusal::new("file_changed", what).into());
                    }
                }
            }
        }
        Err(ImportError::Contended(TRIES, self.source.name().to_owned()).into())
    }

    fn recognise(&mut self, text: Text<'_>) -> Result<(Header, &'static ReportKind), Ended> {
        let mut start = Vec::new();
        let read = text.reader.take(RECORD_CAP_BYTES as u64).read_to_end(&mut start);
        read.map_err(|error| self.reading().unread(error))?;
        self.size = text.size.unwrap_or(start.len() as u64);
        let mut header = Header::read_by(self.importer.rules, &start, start.len() < RECORD_CAP_BYTES)?;
        let mut done = text.notes;
        if let Some(day) = self.options.day {
            self.refuse_impossible(day)?;
            header = header.of_day(day)?;
            done.push(format!("all rows are taken to be of {day}, as --day says"));
        }
        let kind = match self.options.made_as {
            Some(name) => ReportKind::made_as(name, &header)?,
            None => ReportKind::recognise(&header)?,
        };
        self.answer.kind = Some(kind.name.clone());
        if let Some(asked) = self.options.kind.filter(|asked| asked.as_str() != kind.name) {
            let message = format!("by its header this is a {}, not of the kind {asked}: leave out --kind", kind.title);
            return Err(Refusal::new("other_kind", message).into());
        }
        let header = header.of_kind(kind)?;
        let answer = &mut self.answer;
        answer.columns_mapped = header.mapped().map(|(name, column)| (name.to_owned(), column.to_owned())).collect();
        answer.columns_ignored = header.ignored().filter(|name| !name.is_empty()).map(str::to_owned).collect();
        let poorer =
            kind.poorer_without(&header).map(|(column, costs)| format!("without {column} there is no {costs}"));
        let missed = header.near_misses();
        let missed =
            missed.iter().map(|(found, meant)| format!("the column '{found}' is ignored; is '{meant}' meant?"));
        answer.notes = done.into_iter().chain(poorer).chain(missed).collect();
        Ok((header, kind))
    }

    /// A file of a known size is hashed first: most often it is an old mail seen again.
    fn refuse_known_bytes(&mut self, kind: &ReportKind, size: u64) -> Result<(), Ended> {
        let (db, account) = (&self.importer.db, self.options.account);
        if !db.read(|tx| record::size_is_known(tx, account, &kind.name, size))? {
            return Ok(());
        }
        let (hash, _) = self.reading().hash()?;
        match db.read(|tx| record::live_import(tx, account, &kind.name, &hash))? {
            Some(first) => Err(Ended::Duplicate(first)),
            None => Ok(()),
        }
    }

    fn parse(&mut self, header: &Header, kind: &ReportKind) -> Result<(Parsed, FileRows), Ended> {
        let importer = self.importer;
        let habits = importer.db.read(|tx| record::account_habits(tx, self.options))?;
        let terms = Terms {
            today: importer.clock.today(),
            date_order: self.options.date_order,
            account_date_order: habits.date_order,
            account_currency: self.options.currency.or(habits.currency),
        };
        let (parsed, rows, bytes) = self.reading().parse(header, kind, &terms, self.share, self.progress)?;
        (self.hash, self.size) = bytes;
        Ok((parsed, rows))
    }

    fn reading(&self) -> Reading<'_> {
        Reading { source: self.source, limits: &self.importer.limits, tmp: &self.importer.tmp }
    }

    /// Takes over what the report says, and refuses it where too little of it can be read.
    fn check(&mut self, parsed: &Parsed) -> Result<(), Ended> {
        self.answer.take_over(parsed);
        self.faults.clone_from(&parsed.faults.kept);
        let first = self.source.place(&mut self.faults);
        self.source.place(&mut self.answer.faults);
        let answer = &self.answer;
        let rejected_pct = 100.0 * answer.rows_rejected as f64 / answer.rows_read.max(1) as f64;
        let allowed_pct = self.options.max_reject_pct.unwrap_or(self.importer.limits.max_reject_pct);
        let allowed_pct = if self.options.mode == Mode::Replace { 0.0 } else { allowed_pct };
        if answer.rows_rejected > 0 && rejected_pct > allowed_pct {
            let message = format!(
                "{} of {} rows cannot be read ({rejected_pct:.1} %, allowed {allowed_pct} %); {first}",
                answer.rows_rejected, answer.rows_read
            );
            return Err(Refusal::new("too_many_rejects", message).into());
        }
        if let (Some(asked), Some(found)) =
            (self.options.currency, parsed.currency.filter(|found| Some(*found) != self.options.currency))
        {
            let message = format!("the file's amounts are in {found}, not in {asked}: leave out --currency");
            return Err(Refusal::new("other_currency", message).into());
        }
        if answer.rows_read == answer.rows_skipped {
            return Err(Refusal::new(
                "no_rows",
                "the report has a header but no rows: export it for days with traffic",
            )
            .into());
        }
        Ok(())
    }

    fn refuse_impossible(&self, day: Day) -> Result<(), Refusal> {
        let latest = self.importer.clock.today().plus_days(1);
        if (EARLIEST..=latest).contains(&day) {
            return Ok(());
        }
        Err(Refusal::new("bad_day", format!("no report is of {day}: say a day from {EARLIEST} to {latest} with --day")))
    }

    /// Claims the bytes; waits while another import of the same bytes is on its way. A dry run only looks.
    fn claim(&mut self) -> Result<BatchId, Ended> {
        if self.options.dry_run {
            let (account, kind) = (self.options.account, self.answer.kind.clone().unwrap_or_default());
            let live = self.importer.db.read(|tx| record::live_import(tx, account, &kind, &self.hash))?;
            return match live.filter(|_| !self.options.again) {
                Some(first) => Err(Ended::Duplicate(first)),
                None => Ok(NO_BATCH),
            };
        }
        loop {
            let now = self.importer.clock.timestamp();
            let bytes = Bytes { hash: &self.hash, size: self.size };
            match self.importer.db.write(|tx| record::claim(tx, &self.answer, self.options, bytes, &now))? {
                Claim::Ours(batch) => {
                    self.claim = Some(batch);
                    self.answer.batch_id = Some(batch);
                    kill::point("after_claim");
                    return Ok(batch);
                }
                Claim::Done(first) => return Err(Ended::Duplicate(first)),
                Claim::Running => std::thread::sleep(std::time::Duration::from_millis(50)),
            }
        }
    }

    fn write(
        &mut self,
        mut parsed: Parsed,
        mut rows: FileRows,
        kind: &'static ReportKind,
        batch: BatchId,
        commits: &mut Turn<'_>,
    ) -> Result<Committed, Ended> {
        self.progress.stage(self.source.name(), "writing");
        let importer = self.importer;
        let days = parsed.dates_by_day();
        let snapshot = importer.lake.snapshot(&At::Latest)?;
        let staging = Staging {
            lake: &importer.lake,
            tmp: &importer.tmp,
            snapshot: &snapshot,
            kind,
            options: self.options,
            batch,
            threads: self.share.threads,
            rows_bytes: self.share.rows_bytes,
        };
        let mut unknown = match kind.strict {
            true => importer.db.read(|tx| UnknownCreatives::of(tx, self.options.account, &parsed))?,
            false => None,
        };
        let sightings = Sightings::of(&parsed);
        let mut partitions = Partitions::new(&staging, &mut parsed, &mut self.watch, days.keys().copied())?;
        for (day, dates) in days {
            let of_day = rows.take(&dates);
            if let Some(unknown) = &mut unknown {
                unknown.count(&of_day).map_err(ImportError::input(&importer.tmp))?;
            }
            partitions.stage(day, of_day)?;
        }
        let (staged, ended, outcomes) = partitions.finish();
        kill::point("after_stage");
        let answer = &mut self.answer;
        answer.rows_imported = outcomes.imported;
        answer.rows_replaced = outcomes.replaced;
        answer.rows_duplicate = outcomes.duplicate;
        answer.rows_skipped = parsed.rows_skipped + outcomes.skipped;
        if let Some(unknown) = unknown.filter(|unknown| unknown.rows > 0) {
            answer.warnings.insert("creative_id_unknown".to_owned(), unknown.rows);
        }
        answer.anomalies = importer.anomalies(&snapshot, kind, self.options.account, &staged, &ended)?;
        if !answer.anomalies.is_empty() {
            answer.warnings.insert("upload_anomaly".to_owned(), answer.anomalies.len() as u64);
        }
        answer.status = Status::Imported;
        answer.elapsed_ms = self.started.elapsed().as_millis() as u64;
        if self.options.dry_run {
            // The staged files go with their handles.
            return Ok(Committed::Yes);
        }
        let published = importer.lake.publish(staged)?;
        kill::point("after_publish");
        self.watch.lap(Stage::Publish);
        commits.wait();
        self.watch.lap(Stage::Wait);
        self.progress.stage(self.source.name(), "committing");
        let change = Change {
            add: published,
            end: ended,
            base: snapshot.id,
            author: "catscan import".to_owned(),
            message: format!("import of {} as batch {batch}", base_name(self.source.name())),
            extra: serde_json::json!({ "batch_id": batch, "file_hash": self.hash }).to_string(),
            now: importer.clock.now(),
        };
        let committed = self.commit(change, &parsed, &sightings, batch);
        self.watch.lap(Stage::Commit);
        match committed {
            Ok(()) => {
                kill::point("after_commit");
                Ok(Committed::Yes)
            }
            Err(ImportError::Lake(LakeError::Conflict { .. })) => Ok(Committed::Overtaken),
            Err(error) => Err(error.into()),
        }
    }

    fn commit(&self, change: Change, parsed: &Parsed, seen: &Sightings, batch: BatchId) -> Result<(), ImportError> {
        let now = self.importer.clock.timestamp();
        self.importer.db.write(|tx| {
            let snapshot = self.importer.lake.commit(tx, change)?;
            record::finish(tx, batch, &self.answer, &self.faults, Some(snapshot), &now)?;
            seen.note(tx, self.options.account, batch, &now)?;
            let currency = parsed.currency.filter(|_| parsed.currency_from_symbol);
            let order = parsed.reading.shown_by_file.then_some(parsed.reading.order);
            record::learn(tx, self.options.account, currency, order)?;
            kill::point("before_commit");
            Ok(())
        })
    }

    fn record_refusal(&mut self) -> Result<(), ImportError> {
        let answer = &self.answer;
        if answer.error.as_ref().is_some_and(Refusal::is_of_the_path) {
            // Nothing was received: a mistyped path is not an import.
            return Ok(());
        }
        let now = self.importer.clock.timestamp();
        let bytes = Bytes { hash: &self.hash, size: self.size };
        let batch = self.importer.db.write(|tx| match self.claim {
            Some(batch) => record::finish(tx, batch, answer, &self.faults, None, &now).map(|()| batch),
            None => record::refused(tx, answer, self.options, bytes, &self.faults, &now),
        })?;
        self.answer.batch_id = Some(batch);
        Ok(())
    }

    fn give_up(&self, error: &ImportError) -> Result<(), ImportError> {
        let Some(batch) = self.claim else { return Ok(()) };
        let now = self.importer.clock.timestamp();
        // If the database is what failed, the claim is freed at the next start.
        let freed = self.importer.db.write(|tx| record::free_claim(tx, batch, &error.to_string(), &now));
        tracing::debug!(?freed, %batch, "import gave up");
        Ok(())
    }
}

enum Committed {
    Yes,
    /// Another import changed the same days meanwhile.
    Overtaken,
}

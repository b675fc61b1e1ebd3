//! A closed upload on its way into the store: its calls become one report, and that one import.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, ErrorKind};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use uuid::Uuid;

use super::rows::{Columns, rules};
use super::spool::{self, About, Chunk};
use super::{ChunkError, Chunks, REPEATED_WITHIN};
use crate::entities::{EntityError, accounts};
use crate::ingest::{ImportAnswer, Status};
use crate::jobs::{ImportFile, ImportRequest, Origin, QueuedImport, Store, UPLOAD_PREFIX};
use crate::model::JobId;

/// An upload to which nothing can be added any more.
#[derive(Debug)]
pub struct Closed(pub(super) PathBuf);

/// A closed upload that waits for its turn.
#[derive(Debug)]
pub struct ToImport {
    closed: PathBuf,
    hashes: Vec<String>,
    report: Report,
    queued: QueuedImport,
    accepted: u64,
}

/// The report made of an upload, removed when dropped.
#[derive(Debug)]
struct Report(PathBuf);

impl Drop for Report {
    fn drop(&mut self) {
        // What cannot be removed now is removed when the store is opened the next time.
        let _ = fs::remove_file(&self.0);
    }
}

impl Chunks {
    /// Makes one report of the upload and puts it in the list of jobs. Nothing where there is nothing to import: all of
    /// it was a late repeat of calls that are imported, or it cannot be read and was moved aside.
    pub fn prepare(&self, closed: Closed, store: &Store) -> Result<Option<ToImport>, ChunkError> {
        let Closed(closed) = closed;
        let chunks = spool::chunks(&closed)?;
        let hashes: Vec<String> = chunks.iter().map(|chunk| chunk.hash.clone()).collect();
        let last = self.spool.last_imported(&closed, REPEATED_WITHIN);
        // All of them again is the sender's wish, and the importer knows the bytes.
        let is_late =
            last.is_some_and(|last| last.len() > hashes.len() && hashes.iter().all(|hash| last.contains(hash)));
        if is_late || chunks.is_empty() {
            fs::remove_dir_all(&closed)?;
            return Ok(None);
        }
        let made = spool::about(&closed).and_then(|about| Ok((about, self.report(&chunks, store)?)));
        let (about, report) = match made {
            Ok(made) => made,
            Err(error)
                if matches!(error.kind(), ErrorKind::InvalidData | ErrorKind::NotFound | ErrorKind::UnexpectedEof) =>
            {
                return self.set_aside(&closed, &format!("the spooled rows cannot be read: {error}"));
            }
            Err(error) => return Err(error.into()),
        };
        match self.db.read(|tx| accounts::get(tx, about.account)) {
            Ok(_) => {}
            Err(error @ EntityError::UnknownAccount { .. }) => return self.set_aside(&closed, &error.to_string()),
            Err(error) => return Err(error.into()),
        }
        let (rows, rejected) = chunks.iter().fold((0, 0), |sum, chunk| (sum.0 + chunk.rows, sum.1 + chunk.rejected));
        let queued = QueuedImport::new(request(&about, &report, rows > rejected), about.account, store);
        Ok(Some(ToImport { closed, hashes, report, queued, accepted: rows - rejected }))
    }

    /// Imports it; where the store failed, the upload stays for the next start.
    pub fn import(&self, upload: ToImport, store: &Store) -> Option<ImportAnswer> {
        let ToImport { closed, hashes, report, queued, .. } = upload;
        let answer = queued.run(store, &|_| {}).into_iter().next()?;
        drop(report);
        let store_failed = answer.error.as_ref().is_some_and(|error| error.code == "store_failed");
        let kept = match (answer.status, store_failed) {
            (Status::Refused, true) => Ok(()),
            // The history has the reason, and the sender the rows; they may come again as they are.
            (Status::Refused, false) => fs::remove_dir_all(&closed),
            (Status::Imported | Status::Duplicate, _) => self.spool.imported(&closed, &hashes),
        };
        if let Err(error) = kept {
            tracing::warn!("{}: {error}; the next start meets these rows again and knows them", closed.display());
        }
        Some(answer)
    }

    fn set_aside(&self, closed: &Path, reason: &str) -> Result<Option<ToImport>, ChunkError> {
        let aside = self.spool.refuse(closed, reason)?;
        tracing::error!("an upload was not imported and stands in {}: {reason}", aside.display());
        Ok(None)
    }

    /// The calls one after the other, with the columns that any of them has.
    fn report(&self, chunks: &[Chunk], store: &Store) -> io::Result<Report> {
        let columns = chunks.iter().fold(Columns::default(), |all, chunk| all.with(chunk.columns));
        let report = Report(store.dir.tmp().join(format!("{UPLOAD_PREFIX}{}", Uuid::now_v7())));
        let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&report.0)?;
        let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(BufWriter::new(file));
        writer.write_record(columns.header())?;
        for chunk in chunks {
            append(chunk, columns, &mut writer)?;
        }
        writer.flush()?;
        Ok(report)
    }
}

/// Copies the records of one call; bytes that are not those that came are no report.
fn append(chunk: &Chunk, columns: Columns, writer: &mut csv::Writer<BufWriter<File>>) -> io::Result<()> {
    let bytes = fs::read(&chunk.path)?;
    if blake3::hash(&bytes).to_hex()[..32] != *chunk.hash {
        return Err(io::Error::new(ErrorKind::InvalidData, format!("call {} is damaged", chunk.number)));
    }
    let width = rules().column.len();
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(bytes.as_slice());
    let mut record = csv::ByteRecord::new();
    while reader.read_byte_record(&mut record)? {
        if record.len() == width {
            writer.write_record(record.iter().enumerate().filter(|(at, _)| columns.has(*at)).map(|(_, cell)| cell))?;
        } else {
            writer.write_byte_record(&record)?;
        }
    }
    Ok(())
}

/// Rows at fault are left out and counted, but where there is nothing else.
fn request(about: &About, report: &Report, any_good: bool) -> ImportRequest {
    let name = about.filename.clone().unwrap_or_else(|| "rows uploaded in parts".to_owned());
    ImportRequest {
        files: vec![ImportFile { path: report.0.clone(), name }],
        max_reject_pct: any_good.then_some(100.0),
        sum_equal_keys: about.parts,
        again: !about.parts,
        made_as: Some(rules().kind),
        origin: Origin::Chunks,
        upload: Some(about.upload.clone()),
        ..ImportRequest::default()
    }
}

impl ToImport {
    /// The job that it is.
    pub fn job(&self) -> Option<JobId> {
        self.queued.jobs().first().copied()
    }

    /// Rows that are not at fault.
    pub fn accepted(&self) -> u64 {
        self.accepted
    }
}

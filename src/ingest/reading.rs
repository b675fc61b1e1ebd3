//! Reading the text of a source: once to know its hash, or into rows.

use std::io;
use std::path::Path;

use super::date_rows::DateRows;
use super::error::Ended;
use super::file_rows::FileRows;
use super::input::{Hashed, Text, refusal_of};
use super::{ImportError, ImportLimits, NoProgress, Progress, Source};
use crate::report::{self, Header, ParseError, Parsed, Renaming, ReportKind, RowLayout, Terms};

/// A source and what reading it may take.
pub(super) struct Reading<'a> {
    pub source: &'a Source,
    pub limits: &'a ImportLimits,
    /// Where rows may spill.
    pub tmp: &'a Path,
}

/// What of the machine one import may take while others run.
#[derive(Clone, Copy, Debug)]
pub(super) struct Share {
    /// Threads.
    pub threads: usize,
    /// Rows in memory, in bytes.
    pub rows_bytes: usize,
}

/// BLAKE3 of the text in hex, and its length.
pub(super) type TextBytes = (String, u64);

/// A shorter text is not worth a second reader.
const BYTES_PER_READER: u64 = 8 << 20;

impl Reading<'_> {
    pub(super) fn open<'p>(&self, progress: &'p dyn Progress) -> Result<Text<'p>, Ended> {
        Ok(self.source.open(self.limits.unpack, progress)?)
    }

    /// What a failed read means: a refusal where the file is to blame.
    pub(super) fn unread(&self, error: io::Error) -> Ended {
        refusal_of(error, |error| {
            let error = io::Error::new(error.kind(), error.to_string());
            ImportError::input(self.source.path())(error).into()
        })
    }

    /// Reads to the end, for the hash only.
    pub(super) fn hash(&self) -> Result<TextBytes, Ended> {
        let text = self.open(&NoProgress)?;
        Hashed::new(text.reader).finish().map_err(|error| self.unread(error))
    }

    /// Reads the rows, with as many readers as the share allows.
    pub(super) fn parse(
        &self,
        header: &Header,
        kind: &ReportKind,
        terms: &Terms,
        share: Share,
        progress: &dyn Progress,
    ) -> Result<(Parsed, FileRows, TextBytes), Ended> {
        let width = RowLayout::of(header, kind).width();
        let text = self.open(progress)?;
        let worth = text.size.map_or(usize::MAX, |size| usize::try_from(size / BYTES_PER_READER).unwrap_or(usize::MAX));
        let readers = share.threads.min(worth).max(1);
        let sinks = |readers: usize| -> Vec<DateRows> {
            (0..readers).map(|_| DateRows::new(width, share.rows_bytes / readers, self.tmp)).collect()
        };
        let failed = |error| match error {
            ParseError::Refused(refusal) => Ended::from(refusal),
            ParseError::Io(error) => self.unread(error),
        };
        let mut input = Hashed::new(text.reader);
        if readers > 1 {
            let mut sinks = sinks(readers);
            let parsed = report::parse_together(&mut input, header, kind, terms, &mut sinks).map_err(failed)?;
            if let Some((parsed, renamings)) = parsed {
                let rows = FileRows::new(&parsed.layout, sinks, renamings);
                return Ok((parsed, rows, input.finish().map_err(|error| self.unread(error))?));
            }
            input = Hashed::new(self.open(&NoProgress)?.reader);
        }
        let mut sinks = sinks(1);
        let parsed = report::parse(&mut input, header, kind, terms, &mut sinks[0]).map_err(failed)?;
        let rows = FileRows::new(&parsed.layout, sinks, vec![Renaming::default()]);
        Ok((parsed, rows, input.finish().map_err(|error| self.unread(error))?))
    }
}

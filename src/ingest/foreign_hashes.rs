//! Files that the predecessor took in: where an account remembers hashes of its own, a file is looked up by the algorithm
//! that made them, over its bytes as they came.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use md5::{Digest, Md5};
use ring::digest::{Context, SHA256};
use rusqlite::{OptionalExtension, Transaction, params};

use super::error::Ended;
use super::{ImportError, ImportOptions, Source};
use crate::db::Db;
use crate::model::{AccountId, BatchId};

/// A file that was taken in before this store was.
pub(super) struct Processed {
    /// When, as it was recorded.
    pub at: String,
    /// The import that it is here, if it is one.
    pub batch: Option<BatchId>,
}

impl Processed {
    /// What people are told.
    pub fn note(&self) -> String {
        format!("the predecessor took in this very file at {}; --again imports it all the same", self.at)
    }
}

/// Ends the import of a file that the predecessor took in: its rows are among those that were migrated.
pub(super) fn refuse_processed(db: &Db, options: &ImportOptions, source: &Source) -> Result<(), Ended> {
    if options.again || source.is_of_rows() {
        return Ok(());
    }
    processed(db, options.account, source.path())?.map_or(Ok(()), |before| Err(Ended::Processed(before)))
}

/// Where the file is known by a hash of the predecessor's. Nothing is hashed where the account remembers none.
fn processed(db: &Db, account: AccountId, path: &Path) -> Result<Option<Processed>, ImportError> {
    let algorithms = db.read(|tx| algorithms(tx, account))?;
    if algorithms.is_empty() {
        return Ok(None);
    }
    // What cannot be read is refused by whoever reads it next, with what to do.
    let Ok(hashes) = hashes(path, &algorithms) else { return Ok(None) };
    db.read(|tx| {
        for (algorithm, hash) in hashes {
            let find = include_str!("../../sql/ingest/foreign_hash.sql");
            let found = tx.query_row(find, params![account.0, algorithm, hash], |row| {
                Ok(Processed { at: row.get(0)?, batch: row.get::<_, Option<i64>>(1)?.map(BatchId) })
            });
            if let Some(found) = found.optional()? {
                return Ok(Some(found));
            }
        }
        Ok(None)
    })
}

fn algorithms(tx: &Transaction<'_>, account: AccountId) -> Result<Vec<String>, ImportError> {
    let mut statement = tx.prepare_cached(include_str!("../../sql/ingest/foreign_algorithms.sql"))?;
    Ok(statement.query_map([account.0], |row| row.get(0))?.collect::<Result<_, _>>()?)
}

/// Algorithm and hash (hexadecimal) of the file's bytes, read once.
fn hashes(path: &Path, algorithms: &[String]) -> io::Result<Vec<(&'static str, String)>> {
    let wants = |name| algorithms.iter().any(|algorithm| algorithm == name);
    let mut md5 = wants("md5").then(Md5::new);
    let mut sha256 = wants("sha256").then(|| Context::new(&SHA256));
    let mut file = File::open(path)?;
    let mut buffer = vec![0; 1 << 18];
    loop {
        let n = file.read(&mut buffer)?;
        if n == 0 {
            break;
        }
        if let Some(md5) = &mut md5 {
            md5.update(&buffer[..n]);
        }
        if let Some(sha256) = &mut sha256 {
            sha256.update(&buffer[..n]);
        }
    }
    let md5 = md5.map(|md5| ("md5", hexadecimal(&md5.finalize())));
    let sha256 = sha256.map(|sha256| ("sha256", hexadecimal(sha256.finish().as_ref())));
    Ok(md5.into_iter().chain(sha256).collect())
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_those_that_everybody_knows() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "abc").unwrap();
        let both = hashes(file.path(), &["md5".to_owned(), "sha256".to_owned()]).unwrap();
        assert_eq!(both[0], ("md5", "900150983cd24fb0d6963f7d28e17f72".to_owned()));
        assert_eq!(both[1].1, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert_eq!(hashes(file.path(), &["md5".to_owned()]).unwrap().len(), 1);
    }
}

//! What a data directory holds that Cat-Scan wrote, so that a reset removes that and nothing else.
//!
//! Invariants: links are never followed; a file counts as ours only by its place and the form of its name; settings and
//! keys were written by people and are not in the list.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::DataDir;
use crate::model::facts;

/// The file by which a lake's directory names its store.
const LAKE_MARK: &str = "_catscan_store";

/// Files of one part of the store.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Part {
    /// Ours, in the order in which they are to be removed.
    pub files: Vec<PathBuf>,
    /// Directories that are removed where they are empty then, the deepest first.
    pub directories: Vec<PathBuf>,
    /// Bytes of the files.
    pub bytes: u64,
}

/// All that a reset removes, and what it finds and leaves.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inventory {
    /// The SQLite file and what stands beside it.
    pub database: Part,
    /// Parquet files.
    pub lake: Part,
    /// Thumbnails of creatives.
    pub thumbnails: Part,
    /// Files under construction, and those of the running writer.
    pub temporary: Part,
    /// Found and not ours.
    pub foreign: Vec<PathBuf>,
}

impl Inventory {
    /// Looks at the directory; changes nothing.
    pub fn of(dir: &DataDir) -> io::Result<Self> {
        let mut found = Self::default();
        // The log and the note before the database: old ones beside a new database would be taken for its own.
        for name in ["catscan.db-noted.new", "catscan.db-noted", "catscan.db-wal", "catscan.db-shm", "catscan.db"] {
            let path = dir.root().join(name);
            match fs::symlink_metadata(&path) {
                Ok(metadata) if metadata.is_file() => found.database.add(path, metadata.len()),
                Ok(_) => found.foreign.push(path),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
        }
        let lake = dir.lake();
        walk(&lake, &|path| is_lake_file(&lake, path), &mut found.lake, &mut found.foreign)?;
        let thumbnails = dir.thumbnails();
        walk(&thumbnails, &|path| is_thumbnail(&thumbnails, path), &mut found.thumbnails, &mut found.foreign)?;
        walk(&dir.tmp(), &|_| true, &mut found.temporary, &mut found.foreign)?;
        walk(&dir.run(), &|path| is_run_file(path), &mut found.temporary, &mut found.foreign)?;
        Ok(found)
    }

    /// The parts, in the order in which they are to be removed.
    pub fn parts(&self) -> [&Part; 4] {
        [&self.database, &self.lake, &self.thumbnails, &self.temporary]
    }
}

impl Part {
    fn add(&mut self, path: PathBuf, bytes: u64) {
        self.files.push(path);
        self.bytes += bytes;
    }
}

fn walk(dir: &Path, ours: &dyn Fn(&Path) -> bool, part: &mut Part, foreign: &mut Vec<PathBuf>) -> io::Result<()> {
    match fs::symlink_metadata(dir) {
        Ok(metadata) if metadata.is_dir() => {}
        Ok(_) => {
            foreign.push(dir.to_owned());
            return Ok(());
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    }
    let mut entries = fs::read_dir(dir)?.collect::<io::Result<Vec<_>>>()?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let (path, metadata) = (entry.path(), entry.metadata()?);
        if metadata.is_dir() {
            walk(&path, ours, part, foreign)?;
        } else if metadata.is_file() && ours(&path) {
            part.add(path, metadata.len());
        } else {
            foreign.push(path);
        }
    }
    part.directories.push(dir.to_owned());
    Ok(())
}

/// `<table>/account_id=…/report=…/metric_date=…/<uuid>.parquet`, or the mark of the store at the top.
fn is_lake_file(lake: &Path, path: &Path) -> bool {
    let Ok(relative) = path.strip_prefix(lake) else { return false };
    let names: Vec<&str> = relative.iter().filter_map(OsStr::to_str).collect();
    match names[..] {
        [table, account, report, day, file] => {
            facts::table(table).is_some()
                && account.starts_with("account_id=")
                && report.starts_with("report=")
                && day.starts_with("metric_date=")
                && file.strip_suffix(".parquet").is_some_and(|stem| uuid::Uuid::try_parse(stem).is_ok())
        }
        [file] => file == LAKE_MARK,
        _ => false,
    }
}

/// `<account>/<32 hexadecimal digits>`.
fn is_thumbnail(thumbnails: &Path, path: &Path) -> bool {
    let Ok(relative) = path.strip_prefix(thumbnails) else { return false };
    let names: Vec<&str> = relative.iter().filter_map(OsStr::to_str).collect();
    let [account, name] = names[..] else { return false };
    let is_hash = name.len() == 32 && name.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_hash && account.parse::<u64>().is_ok()
}

fn is_run_file(path: &Path) -> bool {
    path.file_name()
        .is_some_and(|name| ["writer.lock", "serve.json", "serve.json.new"].iter().any(|ours| name == *ours))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_files_of_ours_are_listed_and_links_are_not_followed() {
        let (root, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let dir = DataDir::at(root.path()).unwrap();
        dir.create().unwrap();
        let partition = dir.lake().join("rtb_daily/account_id=1/report=performance/metric_date=2026-11-19");
        fs::create_dir_all(&partition).unwrap();
        let ours = partition.join(format!("{}.parquet", uuid::Uuid::now_v7()));
        fs::write(&ours, "12345").unwrap();
        let thumbnail = dir.thumbnails().join("1").join("0123456789abcdef0123456789abcdef");
        fs::create_dir_all(dir.thumbnails().join("1")).unwrap();
        fs::write(&thumbnail, "1").unwrap();
        let holiday = dir.thumbnails().join("1").join("holiday.jpg");
        for foreign in [partition.join("notes.parquet"), dir.lake().join("thesis.tex"), holiday] {
            fs::write(foreign, "").unwrap();
        }
        fs::write(outside.path().join("precious.parquet"), "").unwrap();
        std::os::unix::fs::symlink(outside.path(), dir.tmp().join("link")).unwrap();
        fs::write(dir.database(), "123").unwrap();

        let found = Inventory::of(&dir).unwrap();
        assert_eq!(found.lake.files, [ours]);
        assert_eq!((found.lake.bytes, found.database.bytes), (5, 3));
        assert_eq!(found.thumbnails.files, [thumbnail]);
        assert_eq!(found.foreign.len(), 4);
        let all = found.parts().map(|part| part.files.clone()).concat();
        assert!(all.iter().all(|path| path.starts_with(dir.root()) && !path.ends_with("config.toml")));
    }
}

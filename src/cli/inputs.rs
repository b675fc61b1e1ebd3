//! What was typed as FILE: files, patterns, directories, and `-` for standard input.
//!
//! Whoever runs the import reads files twice, and may be the server, so what can be read only once is copied into the
//! store's `tmp` first, and removed when the import is over.

use std::fs::{self, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::{FileTypeExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use uuid::Uuid;

use super::failure::{Failure, OrFail};
use super::session::Session;
use super::work;
use crate::jobs::{ImportFile, STDIN_PREFIX};

/// The files to import, in the order in which they count.
#[derive(Debug, Default)]
pub struct Inputs {
    /// Each file once per mention.
    pub files: Vec<ImportFile>,
    copies: Vec<Copy>,
}

/// A copy in `tmp`, removed when dropped.
#[derive(Debug)]
struct Copy(PathBuf);

impl Drop for Copy {
    fn drop(&mut self) {
        // What cannot be removed now is removed when the store is opened later.
        let _ = fs::remove_file(&self.0);
    }
}

/// What a directory is searched for.
const SUFFIXES: [&str; 3] = [".csv", ".csv.gz", ".zip"];

/// The files that were meant. What does not exist stays in the list: the import refuses it by name.
pub fn find(session: &Session, typed: &[PathBuf]) -> Result<Inputs, Failure> {
    let mut inputs = Inputs::default();
    for path in typed {
        if path.as_os_str() == "-" {
            inputs.copy(session, io::stdin().lock(), path)?;
        } else if fs::metadata(path).is_ok_and(|found| found.file_type().is_fifo()) {
            let pipe = fs::File::open(path).map_err(|error| failed(path, &error))?;
            inputs.copy(session, pipe, path)?;
        } else {
            let found = if path.is_dir() { in_directory(path)? } else { matching(path)? };
            let found = if found.is_empty() { vec![path.clone()] } else { found };
            for file in found {
                inputs.files.push(ImportFile::named(file).or_fail()?);
            }
        }
    }
    Ok(inputs)
}

impl Inputs {
    fn copy(&mut self, session: &Session, mut input: impl Read, name: &Path) -> Result<(), Failure> {
        work::make_store_directory(session)?;
        let path = session.dir.tmp().join(format!("{STDIN_PREFIX}{}", Uuid::now_v7()));
        let copy = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path);
        let mut copy = copy.map_err(|error| failed(&path, &error))?;
        self.copies.push(Copy(path.clone()));
        io::copy(&mut input, &mut copy).map_err(|error| failed(name, &error))?;
        self.files.push(ImportFile { path, name: name.display().to_string() });
        Ok(())
    }
}

/// The reports that stand in the directory itself, by name.
fn in_directory(directory: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).map_err(|error| failed(directory, &error))? {
        let path = entry.map_err(|error| failed(directory, &error))?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
        if SUFFIXES.iter().any(|suffix| name.ends_with(suffix)) && !name.starts_with('.') && path.is_file() {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// The files that a pattern means, by name; none where it is no pattern, or the name of a file.
fn matching(path: &Path) -> Result<Vec<PathBuf>, Failure> {
    let Some(pattern) = path.to_str().filter(|text| text.contains(['*', '?', '['])) else { return Ok(Vec::new()) };
    if path.exists() {
        return Ok(Vec::new());
    }
    let wrong = |error: glob::PatternError| Failure::usage(format_args!("'{pattern}' is no pattern: {error}"));
    let found = glob::glob(pattern).map_err(wrong)?.filter_map(Result::ok).filter(|path| path.is_file());
    Ok(found.collect())
}

fn failed(path: &Path, error: &io::Error) -> Failure {
    Failure::new(format_args!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Config, DataDir};

    fn names(place: &Path, typed: &[&str]) -> Vec<String> {
        let session = Session { dir: DataDir::at(place).unwrap(), config: Config::default(), quiet: true };
        let typed: Vec<PathBuf> = typed.iter().map(|name| place.join(name)).collect();
        let found = find(&session, &typed).unwrap().files;
        found.iter().map(|file| file.path.strip_prefix(place).unwrap().display().to_string()).collect()
    }

    #[test]
    fn directories_and_patterns_give_their_reports_by_name() {
        let place = tempfile::tempdir().unwrap();
        fs::create_dir_all(place.path().join("mail/old.csv")).unwrap();
        for name in ["mail/b.csv", "mail/a.CSV.GZ", "mail/c.zip", "mail/notes.txt", "mail/.d.csv", "x[1].csv"] {
            fs::write(place.path().join(name), "").unwrap();
        }
        assert_eq!(names(place.path(), &["mail"]), ["mail/a.CSV.GZ", "mail/b.csv", "mail/c.zip"]);
        assert_eq!(names(place.path(), &["mail/*.csv", "mail/c.*"]), ["mail/.d.csv", "mail/b.csv", "mail/c.zip"]);
        assert_eq!(names(place.path(), &["x[1].csv"]), ["x[1].csv"], "a file is what it is called");
        assert_eq!(names(place.path(), &["none/*.csv"]), ["none/*.csv"], "the import says that there is none");
    }
}

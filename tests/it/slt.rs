//! SQL behaviour as scripts, through `catscan sql`: every tests/slt/*.slt runs over a store with the performance sample,
//! every tests/slt/kinds/*.slt over a store with a sample of each kind.
//!
//! Values are those of the CSV format; an empty cell is shown as NULL (the samples hold no empty text).

use std::fs;
use std::path::{Path, PathBuf};

use sqllogictest::{DB, DBOutput, DefaultColumnType, Runner};

use super::kinds::store_with_every_kind;
use super::store::{TestStore, repository};

struct Asker<'a>(&'a TestStore);

/// What `catscan sql` said when it refused.
#[derive(Debug)]
struct Refused(String);

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Refused {}

impl DB for Asker<'_> {
    type Error = Refused;
    type ColumnType = DefaultColumnType;

    fn run(&mut self, sql: &str) -> Result<DBOutput<DefaultColumnType>, Refused> {
        let ran = self.0.run(&["sql", "--format", "csv", sql]);
        if ran.code != Some(0) {
            return Err(Refused(ran.stderr));
        }
        let mut reader = csv::Reader::from_reader(ran.stdout.as_bytes());
        let types = reader.headers().unwrap().iter().map(|_| DefaultColumnType::Any).collect();
        let shown = |field: &str| if field.is_empty() { "NULL".to_owned() } else { field.to_owned() };
        let rows = reader.records().map(|record| record.unwrap().iter().map(shown).collect()).collect();
        Ok(DBOutput::Rows { types, rows })
    }

    fn engine_name(&self) -> &str {
        "catscan"
    }
}

#[test]
fn scripts_over_the_samples() {
    run_scripts("tests/slt", &TestStore::with_samples());
}

#[test]
fn scripts_over_every_kind_of_report() {
    run_scripts("tests/slt/kinds", &store_with_every_kind());
}

#[test]
fn scripts_over_stores_made_for_a_rule() {
    let folder = repository("tests/slt/rules");
    for script in scripts(&folder) {
        let text = fs::read_to_string(&script).unwrap();
        let said = |key: &'static str| text.lines().filter_map(move |line| line.strip_prefix(key)).map(str::trim);
        let settings: Vec<(&str, &str)> =
            said("# with:").map(|setting| setting.split_once('=').expect("a setting is VARIABLE=value")).collect();
        let name = said("# store:").next().unwrap_or_else(|| script.file_stem().unwrap().to_str().unwrap());
        run(&script, &made_of(&folder.join(name), &settings));
    }
}

/// A store with the entities and the reports of the folder.
fn made_of(folder: &Path, settings: &[(&str, &str)]) -> TestStore {
    let store = TestStore::within(settings);
    let entities = folder.join("entities");
    if entities.is_dir() {
        store.sync(&entities);
    }
    for report in files(folder) {
        store.import(&report);
    }
    store
}

fn run_scripts(folder: &str, store: &TestStore) {
    for script in scripts(&repository(folder)) {
        run(&script, store);
    }
}

/// The scripts right in the folder, by name.
fn scripts(folder: &Path) -> Vec<PathBuf> {
    let scripts = files(folder);
    assert!(!scripts.is_empty(), "no script in {}", folder.display());
    scripts
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> = paths.filter(|path| path.is_file()).collect();
    files.sort();
    files
}

fn run(script: &Path, store: &TestStore) {
    let mut runner = Runner::new(|| async { Ok(Asker(store)) });
    if let Err(error) = runner.run_file(script) {
        panic!("{}", error.display(false));
    }
}

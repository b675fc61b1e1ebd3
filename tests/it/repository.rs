//! The rules of the repository, as tests: who may open SQLite, where SQL stands, which way dependencies point.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::store::repository;

/// Files below `folders` that end in `.extension`, as (path in the repository, text).
fn files(folders: &[&str], extension: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut waiting: Vec<PathBuf> = folders.iter().map(|folder| repository(folder)).collect();
    while let Some(path) = waiting.pop() {
        if path.is_dir() {
            waiting.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        } else if path.extension().is_some_and(|found| found == extension) {
            let name = path.strip_prefix(repository("")).unwrap().to_str().unwrap().to_owned();
            found.push((name, fs::read_to_string(&path).unwrap()));
        }
    }
    found.sort();
    found
}

fn rust() -> Vec<(String, String)> {
    files(&["src", "tests", "benches"], "rs")
}

/// The program's own Rust: without unit tests, which stand last in a file or in `tests.rs`.
fn product() -> Vec<(String, String)> {
    let is_test = |name: &str| name.ends_with("/tests.rs") || name.contains("/tests/");
    let without_tests = |text: String| text.split("#[cfg(test)]\nmod ").next().unwrap_or_default().to_owned();
    let product = files(&["src"], "rs").into_iter().filter(|(name, _)| !is_test(name));
    product.map(|(name, text)| (name, without_tests(text))).collect()
}

#[track_caller]
fn assert_none(broken: Vec<String>, rule: &str) {
    assert!(broken.is_empty(), "{rule}:\n  {}", broken.join("\n  "));
}

#[test]
fn nothing_outside_db_opens_sqlite() {
    let doors = ["Connection::open", "open_in_memory", "open_with_flags", "sqlite3_open", "SqliteConnection"];
    let outside = product().into_iter().filter(|(name, _)| !name.starts_with("src/db/"));
    let broken = outside.filter(|(_, text)| doors.iter().any(|door| text.contains(door)));
    assert_none(broken.map(|(name, _)| name).collect(), "src/db is the only door to SQLite");
}

#[test]
fn sql_longer_than_a_line_stands_in_sql_files() {
    let verbs = ["SELECT ", "INSERT ", "CREATE ", "WITH ", "UPDATE ", "DELETE ", "ALTER "];
    let mut broken = Vec::new();
    for (name, text) in product() {
        for literal in string_literals(&text) {
            let start = literal.trim_start_matches(['\\', '\n', ' ']);
            if literal.contains('\n') && verbs.iter().any(|verb| start.starts_with(verb)) {
                broken.push(format!("{name}: {}", start.lines().next().unwrap_or_default()));
            }
        }
    }
    assert_none(broken, "put it under sql/ or schema/ and include_str! it");
}

/// The string literals of Rust source, raw or not, without their quotes.
fn string_literals(source: &str) -> Vec<&str> {
    let mut literals = Vec::new();
    let mut rest = source;
    while let Some(at) = rest.find(['"', '/', '\'']) {
        let (before, from) = rest.split_at(at);
        if from.starts_with("//") {
            rest = from.find('\n').map_or("", |end| &from[end..]);
        } else if from.starts_with("'\"'") || from.starts_with("'\\") {
            rest = &from[3..];
        } else if let Some(body) = from.strip_prefix('"') {
            let hashes = before.len() - before.trim_end_matches('#').len();
            let raw = before[..before.len() - hashes].ends_with('r');
            let end = if raw { body.find(&format!("\"{}", "#".repeat(hashes))) } else { unescaped_quote(body) };
            let end = end.unwrap_or(body.len());
            literals.push(&body[..end]);
            rest = body.get(end + 1..).unwrap_or("");
        } else {
            rest = &from[1..];
        }
    }
    literals
}

fn unescaped_quote(body: &str) -> Option<usize> {
    let mut escaped = false;
    body.bytes().position(|byte| {
        let is_end = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        is_end
    })
}

#[test]
fn literals_are_found_in_source() {
    let source = "let a = \"x\\\"y\"; // \"no\"\nlet q = '\"'; let b = r#\"SELECT \"1\"\"#; let c = b\"z\";";
    assert_eq!(string_literals(source), ["x\\\"y", "SELECT \"1\"", "z"]);
}

#[test]
fn files_are_short() {
    let long = rust().into_iter().map(|(name, text)| (name, text.lines().count())).filter(|(_, lines)| *lines > 400);
    assert_none(
        long.map(|(name, lines)| format!("{name}: {lines} lines")).collect(),
        "at most 400 lines, one idea a file",
    );
}

#[test]
fn files_say_what_they_are_for() {
    let silent = rust().into_iter().filter(|(_, text)| !text.starts_with("//!"));
    assert_none(silent.map(|(name, _)| name).collect(), "a module starts with //!");
}

#[test]
fn names_are_the_words_of_the_field() {
    let vague = ["utils", "util", "helpers", "helper", "manager", "common", "misc"];
    let is_vague = |name: &str| name.split(['/', '.']).any(|part| vague.contains(&part));
    assert_none(rust().into_iter().map(|(name, _)| name).filter(|name| is_vague(name)).collect(), "name what it is");
}

/// Which folder of src may use which.
const MAY_USE: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("report", &["model"]),
    ("db", &["model"]),
    ("config", &["model", "lake"]),
    ("telemetry", &["model"]),
    ("generate", &["model"]),
    ("fuzzing", &["report", "query"]),
    ("objects", &[]),
    ("lake", &["model", "db", "objects"]),
    ("backup", &["model", "db", "lake", "objects"]),
    ("entities", &["model", "db"]),
    ("google", &["model"]),
    ("sync", &["model", "db", "entities", "creatives", "google"]),
    ("ingest", &["model", "report", "db", "lake", "entities"]),
    ("query", &["model", "db", "lake", "entities"]),
    ("predecessor", &["model", "report", "db", "entities", "sync", "ingest"]),
    ("analytics", &["model", "db", "lake", "entities", "query"]),
    ("changes", &["model", "db", "entities", "google", "sync", "lake", "query", "analytics"]),
    ("creatives", &["model", "report", "db", "entities", "query", "analytics"]),
    ("campaigns", &["model", "db", "entities", "query", "analytics"]),
    ("signals", &["model", "db", "entities", "query", "analytics"]),
    (
        "jobs",
        &[
            "model",
            "objects",
            "config",
            "telemetry",
            "db",
            "lake",
            "backup",
            "entities",
            "sync",
            "report",
            "ingest",
            "query",
            "analytics",
            "google",
            "changes",
            "creatives",
            "campaigns",
            "signals",
            "predecessor",
        ],
    ),
    ("inbox", &["model", "objects", "config", "db", "lake", "entities", "ingest", "jobs"]),
    (
        "server",
        &[
            "model",
            "config",
            "telemetry",
            "db",
            "lake",
            "entities",
            "sync",
            "report",
            "ingest",
            "query",
            "analytics",
            "google",
            "changes",
            "creatives",
            "campaigns",
            "signals",
            "jobs",
            "inbox",
        ],
    ),
    (
        "cli",
        &[
            "model",
            "config",
            "telemetry",
            "db",
            "lake",
            "backup",
            "objects",
            "entities",
            "sync",
            "report",
            "ingest",
            "query",
            "analytics",
            "google",
            "changes",
            "creatives",
            "campaigns",
            "signals",
            "jobs",
            "inbox",
            "server",
            "generate",
            "predecessor",
        ],
    ),
];

#[test]
fn dependencies_point_one_way() {
    let may_use: BTreeMap<&str, &[&str]> = MAY_USE.iter().copied().collect();
    let mut broken = Vec::new();
    for (name, text) in product() {
        let Some((folder, _)) = name.strip_prefix("src/").and_then(|path| path.split_once('/')) else { continue };
        let Some(allowed) = may_use.get(folder) else {
            broken.push(format!("{name}: the folder {folder} has no place in MAY_USE"));
            continue;
        };
        let code: Vec<&str> = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
        for used in used_folders(&code.join("\n")) {
            if used != folder && may_use.contains_key(used) && !allowed.contains(&used) {
                broken.push(format!("{name} uses {used}"));
            }
        }
    }
    assert_none(broken, "model ← report ← ingest → lake → db; entities → db; query → lake, entities; doors → all");
}

/// First segments after `crate::`, also inside `use crate::{a::…, b::…}`.
fn used_folders(text: &str) -> Vec<&str> {
    let mut used = Vec::new();
    for (at, _) in text.match_indices("crate::") {
        let after = &text[at + "crate::".len()..];
        let Some(group) = after.strip_prefix('{') else {
            used.push(identifier(after));
            continue;
        };
        let mut depth = 0;
        let mut is_first = true;
        for (at, c) in group.char_indices() {
            match c {
                '{' => depth += 1,
                '}' if depth == 0 => break,
                '}' => depth -= 1,
                ',' if depth == 0 => is_first = true,
                c if is_first && (c.is_alphanumeric() || c == '_') => {
                    used.push(identifier(&group[at..]));
                    is_first = false;
                }
                _ => {}
            }
        }
    }
    used
}

fn identifier(text: &str) -> &str {
    text.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default()
}

#[test]
fn uses_are_found_in_source() {
    let source = "use crate::db::Db;\nuse crate::{lake::{Lake, At}, model::Day};\nlet x = crate::query::ask();";
    assert_eq!(used_folders(source), ["db", "lake", "model", "query"]);
}

#[test]
fn no_file_names_a_machine() {
    let homes = ["ro\0ot", "ho\0me", "wo\0rk", "Us\0ers"].map(|name| format!("/{}/", name.replace('\0', "")));
    let folders = [
        "src",
        "sql",
        "schema",
        "data",
        "docs",
        "benches",
        "tests",
        "README.md",
        "ARCHITECTURE.md",
        "Cargo.toml",
        ".ci",
    ];
    let mut broken = Vec::new();
    for extension in ["rs", "sql", "toml", "md", "py", "slt", "json", "txt", "sh"] {
        for (name, text) in files(&folders, extension) {
            let named = homes.iter().filter(|home| text.contains(home.as_str()));
            broken.extend(named.map(|home| format!("{name} names {home}")));
        }
    }
    assert_none(broken, "a path of one machine is wrong on every other");
}

#[test]
fn comments_name_only_documents_that_are_here() {
    let mut broken = Vec::new();
    for extension in ["rs", "sql", "toml", "py", "slt"] {
        for (name, text) in files(&["src", "sql", "schema", "data", "benches", "tests", "Cargo.toml"], extension) {
            let words = text.split(|c: char| !c.is_ascii_alphanumeric() && !"._/-".contains(c));
            let documents = words.filter(|word| word.ends_with(".md") && *word != ".md" && !word.contains("/README"));
            let lost = documents.filter(|word| !repository(word).is_file());
            broken.extend(lost.map(|word| format!("{name} names {word}")));
        }
    }
    assert_none(broken, "a reader of the repository cannot look it up");
}

#[test]
fn there_is_one_arrow_and_one_sqlite() {
    let lock: toml::Table = toml::from_str(&fs::read_to_string(repository("Cargo.lock")).unwrap()).unwrap();
    let packages = lock["package"].as_array().unwrap();
    for name in ["arrow", "parquet", "object_store", "datafusion", "libsqlite3-sys", "rusqlite"] {
        let versions: Vec<_> = packages.iter().filter(|package| package["name"].as_str() == Some(name)).collect();
        assert_eq!(versions.len(), 1, "{name}: {versions:?}");
    }
}

#[test]
fn every_migration_has_its_way_back() {
    for (up, _) in files(&["schema/migrations"], "sql").iter().filter(|(name, _)| name.ends_with(".up.sql")) {
        let down = up.replace(".up.sql", ".down.sql");
        assert!(Path::new(&repository(&down)).exists(), "{up} has no {down}");
    }
}

//! The numbers that Cat-Scan is asked for first, beside the same numbers computed by DuckDB from the text of the CSV files,
//! with SQL of its own: equal, and as docs/headline.md shows them.
//!
//! The questions stand in `tests/headline`. Counts, money and names must be the same, rates within a billionth. Where
//! DuckDB is missing, the document is still held against what Cat-Scan says. `INSTA_UPDATE=always` writes the document.

use std::fs;
use std::process::Command;

use serde_json::{Value, json};

use super::not_run::peer_missing;
use super::serve::Server;
use super::store::{TestStore, integer, repository};

/// How the data set is made; docs/headline.md says the same.
const DATA_SET: &str = "--rows-per-day 1500 --days 8 --end 2026-03-24 --seed 6 --kinds all";
const DOCUMENT: &str = "docs/headline.md";
const CLOSE: f64 = 1e-9;

/// Columns with their values, in order.
type Columns = Vec<(String, Value)>;

/// One line of the table: the columns of the one row that answers.
#[derive(Debug, PartialEq)]
struct Answer {
    name: String,
    columns: Columns,
}

/// Name and SQL of each question, in the order of the file.
fn questions() -> Vec<(String, String)> {
    let text = fs::read_to_string(repository("tests/headline/catscan.sql")).unwrap();
    let blocks = text.split("-- name: ").skip(1);
    blocks
        .map(|block| block.split_once('\n').unwrap())
        .map(|(name, sql)| (name.to_owned(), sql.trim().to_owned()))
        .collect()
}

/// What Cat-Scan says, asked over HTTP.
fn ours(store: &TestStore) -> Vec<Answer> {
    let server = Server::over(store);
    let ask = |(name, sql): (String, String)| {
        let body = json!({"sql": sql.trim_end_matches(';'), "format": "ndjson"}).to_string();
        let (status, answer) = server.post("/api/sql", "application/json", body);
        assert_eq!(status, 200, "{name}: {answer}");
        let row: Value = serde_json::from_str(&answer).unwrap_or_else(|_| panic!("{name}: not one row: {answer}"));
        let asked = columns_of(&sql);
        let columns = asked.iter().map(|column| (column.clone(), row[column].clone())).collect();
        Answer { name, columns }
    };
    questions().into_iter().map(ask).collect()
}

/// The names of the columns, which objects of JSON do not keep in order: of the outermost SELECT.
fn columns_of(sql: &str) -> Vec<String> {
    let list = sql.split("\nFROM").next().unwrap().split(" FROM ").next().unwrap().trim_start_matches("SELECT ");
    let mut depth = 0;
    let ends = |c: char| {
        depth += i32::from(c == '(') - i32::from(c == ')');
        c == ',' && depth == 0
    };
    list.split(ends).map(|one| one.split_whitespace().last().unwrap().to_owned()).collect()
}

/// What DuckDB finds in the CSV files, or nothing where it is not installed.
fn theirs(reports: &str) -> Option<Vec<Answer>> {
    let python = || {
        let mut python = Command::new(std::env::var("CATSCAN_PYTHON").unwrap_or_else(|_| "python3".to_owned()));
        python.arg(repository("tests/python/headline.py"));
        python
    };
    if !python().arg("--probe").output().is_ok_and(|probe| probe.status.success()) {
        return None;
    }
    let output = python().arg(reports).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let answers: Vec<(String, Vec<Columns>)> = serde_json::from_slice(&output.stdout).unwrap();
    let answers = answers.into_iter().map(|(name, mut rows)| {
        assert_eq!(rows.len(), 1, "{name}");
        Answer { name, columns: rows.remove(0) }
    });
    Some(answers.collect())
}

fn is_rate(column: &str) -> bool {
    column.ends_with("_pct") || ["cpm", "cpc", "cpa", "roas", "qps"].contains(&column)
}

#[track_caller]
fn assert_same(ours: &Answer, theirs: &Answer) {
    assert_eq!(ours.name, theirs.name);
    assert_eq!(ours.columns.len(), theirs.columns.len(), "{ours:?} {theirs:?}");
    for ((column, our), (their_column, their)) in ours.columns.iter().zip(&theirs.columns) {
        assert_eq!(column, their_column, "{}", ours.name);
        if is_rate(column) {
            let (our, their) = (our.as_f64().unwrap(), their.as_f64().unwrap());
            assert!((our - their).abs() <= CLOSE * their.abs().max(1.0), "{}: {column} {our} and {their}", ours.name);
        } else if let Some(their) = their.as_str() {
            assert_eq!(our, their, "{}: {column}", ours.name);
        } else {
            assert_eq!(integer(our), integer(their), "{}: {column}", ours.name);
        }
    }
}

/// As a person reads it: `336x300, 14,688 reached queries, 0 impressions`.
fn shown(answer: &Answer) -> String {
    let alone = answer.columns.len() == 1;
    let cell = |(column, value): &(String, Value)| {
        let of = |text: String, unit: &str| {
            let label = column.trim_end_matches(unit).replace('_', " ");
            if alone { text } else { format!("{text} {label}") }
        };
        match value {
            Value::String(text) => text.clone(),
            rate if column.ends_with("_pct") => of(format!("{:.4} %", rate.as_f64().unwrap()), "_pct"),
            price if column.starts_with("cp") => of(format!("${:.6}", price.as_f64().unwrap()), ""),
            rate if is_rate(column) => of(format!("{:.4}", rate.as_f64().unwrap()), ""),
            money if column.ends_with("_micros") => {
                let micros = integer(money);
                let sign = if micros < 0 { "−" } else { "" };
                let (units, rest) = (grouped(micros.abs() / 1_000_000), micros.abs() % 1_000_000);
                of(format!("{sign}${units}.{rest:06}"), "_micros")
            }
            count => of(grouped(integer(count)), ""),
        }
    };
    answer.columns.iter().map(cell).collect::<Vec<_>>().join(", ")
}

fn grouped(number: i64) -> String {
    let digits = number.abs().to_string();
    let mut text = String::from(if number < 0 { "−" } else { "" });
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// The lines of the table: name, what is asked, Cat-Scan, DuckDB.
fn table(ours: &[Answer], theirs: &[Answer]) -> Vec<[String; 4]> {
    let asked = questions().into_iter().map(|(_, sql)| {
        let words = sql.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        let from = words.into_iter().find(|word| word.starts_with("v_") || word.starts_with("rtb_"));
        format!("`{}`", from.unwrap())
    });
    let lines = ours.iter().zip(theirs).zip(asked);
    lines.map(|((our, their), from)| [our.name.clone(), from, shown(our), shown(their)]).collect()
}

/// The lines of the document's table.
fn documented(document: &str) -> Vec<[String; 4]> {
    let lines = document.lines().filter(|line| line.starts_with("| ")).skip(1);
    let cells = |line: &str| line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect::<Vec<_>>();
    lines.map(|line| cells(line).try_into().unwrap()).collect()
}

fn write(document: &str, table: &[[String; 4]]) -> String {
    let before = document.lines().take_while(|line| !line.starts_with("| "));
    let after = document.lines().skip_while(|line| !line.starts_with('|')).skip_while(|line| line.starts_with('|'));
    let head = ["| number | asked of | Cat-Scan | DuckDB, from the CSV text |", "|---|---|---|---|"];
    let lines = table.iter().map(|cells| format!("| {} |", cells.join(" | ")));
    let whole: Vec<String> =
        before.map(str::to_owned).chain(head.map(str::to_owned)).chain(lines).chain(after.map(str::to_owned)).collect();
    whole.join("\n") + "\n"
}

#[test]
fn headline_numbers_are_those_that_duckdb_computes_from_the_csv() {
    let document = fs::read_to_string(repository(DOCUMENT)).unwrap();
    assert!(
        document.contains(&format!("catscan generate reports {DATA_SET}")),
        "the document says how to make the data"
    );

    let store = TestStore::new();
    let reports = store.beside("reports");
    let reports = reports.to_str().unwrap();
    store.succeed(&[&["generate", reports], &DATA_SET.split(' ').collect::<Vec<_>>()[..]].concat());
    store.succeed(&["sync", "--from-files", &format!("{reports}/entities")]);
    let imported = store.succeed(&["import", "--json", reports]);
    assert_eq!(imported.lines().count(), 7 * 8, "seven kinds of eight days");
    for answer in imported.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()) {
        assert_eq!((&answer["status"], integer(&answer["rows_rejected"])), (&json!("imported"), 0), "{answer:#}");
        // A click or two of a few impressions.
        let odd = answer["warnings"].as_object().unwrap().keys().find(|flag| *flag != "ctr_above_10_pct");
        assert_eq!(odd, None, "{answer:#}");
    }

    let ours = ours(&store);
    let Some(theirs) = theirs(reports) else {
        let column =
            |table: Vec<[String; 4]>| table.into_iter().map(|[name, _, our, _]| (name, our)).collect::<Vec<_>>();
        assert_eq!(column(documented(&document)), column(table(&ours, &ours)), "{DOCUMENT}");
        return peer_missing("headline numbers by DuckDB", super::conformance::NEEDS);
    };
    assert_eq!(ours.len(), theirs.len());
    ours.iter().zip(&theirs).for_each(|(our, their)| assert_same(our, their));
    let table = table(&ours, &theirs);
    if std::env::var("INSTA_UPDATE").is_ok_and(|update| update == "always") {
        fs::write(repository(DOCUMENT), write(&document, &table)).unwrap();
    } else {
        assert_eq!(documented(&document), table, "{DOCUMENT} is stale: INSTA_UPDATE=always writes it anew");
    }
}

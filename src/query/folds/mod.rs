//! Every view beside a fold in plain Rust over random rows. A fold is written from what the metric means, not from the
//! view's SQL: a view whose file has no fold fails here.
//!
//! `CATSCAN_FOLD_SEED` repeats a run, `CATSCAN_FOLD_CASES` makes it longer.

mod configs;
mod conversions;
mod coverage;
mod funnel;
mod group;
mod quality;
mod random;
mod rules;
mod targets;
mod waste;

use std::collections::BTreeSet;
use std::time::SystemTime;

use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};

use super::fixture::world::{Cell, Record, World, ask};
use super::{AccountScope, views};
use crate::model::AccountId;

/// What a view should answer.
type Fold = fn(&World) -> Vec<Record>;

const FOLDS: &[&[(&str, Fold)]] = &[
    configs::FOLDS,
    conversions::FOLDS,
    coverage::FOLDS,
    funnel::FOLDS,
    quality::FOLDS,
    rules::FOLDS,
    targets::FOLDS,
    waste::FOLDS,
];

/// Rules that only judge what other views add up: each is held by cases at, below and above its thresholds, in tests/slt/rules.
const JUDGED: &[&str] = &[
    "v_size_gaps",
    "v_creative_sizes",
    "v_problem_formats",
    "v_creative_signals",
    "v_fraud_signals",
    "v_fraud_scores",
];

fn folds() -> impl Iterator<Item = &'static (&'static str, Fold)> {
    FOLDS.iter().copied().flatten()
}

/// What that view should answer.
fn fold(view: &str, world: &World) -> Vec<Record> {
    let (_, fold) = folds().find(|(name, _)| *name == view).unwrap_or_else(|| panic!("{view} has no fold"));
    fold(world)
}

#[test]
fn every_view_has_a_fold() {
    let folded: BTreeSet<&str> = folds().map(|(view, _)| *view).chain(JUDGED.iter().copied()).collect();
    let views: BTreeSet<&str> = views::all().iter().map(|view| view.name).collect();
    assert_eq!(views, folded);
}

#[test]
fn every_view_answers_what_its_fold_adds_up() {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let now = || SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
    let seed = number("CATSCAN_FOLD_SEED").unwrap_or_else(now);
    let cases = number("CATSCAN_FOLD_CASES").unwrap_or(6);
    println!("CATSCAN_FOLD_SEED={seed}");
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let config = Config {
        cases: u32::try_from(cases).unwrap(),
        failure_persistence: None,
        max_shrink_time: 60_000,
        ..Config::default()
    };
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &bytes));
    match runner.run(&random::world(), |world| check(&world).map_err(TestCaseError::fail)) {
        Ok(()) => (),
        Err(TestError::Fail(why, world)) => panic!("CATSCAN_FOLD_SEED={seed}: {why}\nin {world:#?}"),
        Err(TestError::Abort(why)) => panic!("CATSCAN_FOLD_SEED={seed}: {why}"),
    }
}

/// All views over all accounts, and each view for one account: the same rows as that account has among all.
fn check(world: &World) -> Result<(), String> {
    let engine = world.clone().engine();
    for (view, fold) in folds() {
        let sql = format!("SELECT * FROM {view}");
        let answer = |scope| ask(&engine, &sql, scope).map_err(|error| format!("{view}: {error}"));
        let expected = fold(world);
        same(answer(AccountScope::All)?, expected.clone()).map_err(|why| format!("{view}: {why}"))?;
        let own = expected.into_iter().filter(|row| row["account_id"] == Cell::Int(1)).collect();
        same(answer(AccountScope::one(AccountId(1)))?, own).map_err(|why| format!("{view} of one account: {why}"))?;
    }
    Ok(())
}

/// The same rows in any order; what is computed may differ in the last digits.
fn same(mut answered: Vec<Record>, mut expected: Vec<Record>) -> Result<(), String> {
    answered.sort_by_cached_key(exact);
    expected.sort_by_cached_key(exact);
    let differ = answered.iter().zip(&expected).find(|(answered, expected)| !alike(answered, expected));
    if let Some((answered, expected)) = differ {
        return Err(format!("it answers {answered:?}, the fold {expected:?}"));
    }
    if answered.len() != expected.len() {
        let (more, fewer) =
            if answered.len() > expected.len() { (&answered, &expected) } else { (&expected, &answered) };
        let counts = (answered.len(), expected.len());
        return Err(format!(
            "rows answered and expected: {counts:?}; beyond the others stands {:?}",
            more[fewer.len()]
        ));
    }
    Ok(())
}

/// What orders rows: all that is not computed.
fn exact(row: &Record) -> String {
    let cells = row.iter().filter(|(_, cell)| !matches!(cell, Cell::Float(_)));
    format!("{:?}", cells.collect::<Vec<_>>())
}

fn alike(answered: &Record, expected: &Record) -> bool {
    answered.len() == expected.len()
        && answered.iter().zip(expected).all(|((name, answered), (expected_name, expected))| {
            name == expected_name
                && match (answered, expected) {
                    (Cell::Float(a), Cell::Float(b)) => (a - b).abs() <= 1e-9 * a.abs().max(b.abs()),
                    (a, b) => a == b,
                }
        })
}

#[test]
fn a_row_too_many_a_row_too_few_and_another_value_are_told() {
    let row = |reached: i64| Record::from([("reached".to_owned(), Cell::Int(reached))]);
    assert!(same(vec![row(1), row(2)], vec![row(2), row(1)]).is_ok());
    assert!(same(vec![row(1)], vec![row(1), row(2)]).is_err());
    assert!(same(vec![row(1), row(1)], vec![row(1)]).is_err());
    assert!(same(vec![row(1)], vec![row(3)]).is_err());
    let rate = |rate: f64| vec![Record::from([("rate".to_owned(), Cell::Float(rate))])];
    assert!(same(rate(33.333_333_333_333_3), rate(33.333_333_333_333_4)).is_ok());
    assert!(same(rate(33.3), rate(33.33)).is_err());
}

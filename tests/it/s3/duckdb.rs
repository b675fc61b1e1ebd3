//! DuckDB attaches the catalog and reads the same bucket with its own extensions: the same totals.

use super::super::conformance::{NEEDS, assert_same_answers, has_duckdb_for_s3};
use super::super::import::{generated, write_restated};
use super::super::not_run::peer_missing;
use super::S3;

#[test]
fn duckdb_reads_the_same_bucket_and_adds_up_to_the_same() {
    if !has_duckdb_for_s3() {
        return peer_missing("duckdb over S3", NEEDS);
    }
    let Some(s3) = S3::start("duckdb over S3") else { return };
    let store = s3.store();
    let dir = store.beside("reports");
    let reports = generated(&dir, 1_000, 2, 9);
    store.sync(&dir.join("entities"));
    reports.iter().for_each(|report| _ = store.import(report));
    assert_same_answers(&store, None);
    let restated = store.beside("restated.csv");
    write_restated(&reports[1], &restated, 10);
    store.import(&restated);
    assert_same_answers(&store, None);
    assert_same_answers(&store, Some("2"));
    store.succeed(&["undo", "3"]);
    assert_same_answers(&store, None);
}

//! Figures of the store for who watches machines: the text that Prometheus reads.
//!
//! They are read from the catalog and the list of jobs at each look, so they are true also after a restart. No label names
//! an account.

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

use crate::jobs::{self, Store};
use crate::lake::LakeStatus;
use crate::server::error::ApiError;
use crate::server::state::{App, blocking};

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfTable {
    table: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfCare {
    care: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfState {
    state: String,
}

/// `GET /metrics`.
pub(crate) async fn show(State(app): State<App>) -> Result<Response, ApiError> {
    let text = blocking(move || {
        let mut registry = Registry::with_prefix("catscan");
        let status = app.store.lake.status().map_err(|error| ApiError::internal(&error))?;
        of_lake(&mut registry, &status);
        of_care(&mut registry, &app.store).map_err(|error| ApiError::internal(&error))?;
        let mut text = String::new();
        encode(&mut text, &registry).map_err(|error| ApiError::internal(&error))?;
        Ok::<_, ApiError>(text)
    });
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    Ok(([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "no-store")], text.await??).into_response())
}

/// A gauge with this value.
fn gauge(registry: &mut Registry, name: &str, help: &str, value: i64) {
    let gauge = Gauge::<i64>::default();
    gauge.set(value);
    registry.register(name, help, gauge);
}

/// A gauge for each of these labels.
fn gauges<L>(registry: &mut Registry, name: &str, help: &str, values: impl Iterator<Item = (L, i64)>)
where
    L: Clone + std::fmt::Debug + Eq + std::hash::Hash + EncodeLabelSet + Send + Sync + 'static,
{
    let family = Family::<L, Gauge>::default();
    for (labels, value) in values {
        family.get_or_create(&labels).set(value);
    }
    registry.register(name, help, family);
}

fn whole(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn of_lake(registry: &mut Registry, status: &LakeStatus) {
    let kept = &status.kept;
    gauge(registry, "snapshot", "Number of the newest snapshot", status.snapshot_id.0);
    gauge(registry, "snapshot_timestamp_seconds", "When it was committed", status.snapshot_time.timestamp());
    gauge(registry, "snapshots", "Snapshots that can be asked", whole(kept.snapshots));
    gauge(registry, "oldest_snapshot_timestamp_seconds", "When the oldest was committed", kept.oldest_time.timestamp());
    gauge(registry, "superseded_files", "Files that only older snapshots hold", whole(kept.superseded_files));
    gauge(registry, "superseded_bytes", "Their bytes", whole(kept.superseded_bytes));
    gauge(
        registry,
        "files_to_remove",
        "Files that no snapshot holds and that wait for the grace",
        whole(kept.files_to_remove),
    );
    let tables = |value: fn(&crate::lake::TableStatus) -> u64| {
        let labelled =
            move |table: &crate::lake::TableStatus| (OfTable { table: table.table.clone() }, whole(value(table)));
        status.tables.iter().map(labelled)
    };
    gauges(registry, "files", "Live data files", tables(|table| table.files));
    gauges(registry, "rows", "Rows in them", tables(|table| table.rows));
    gauges(registry, "bytes", "Bytes of them", tables(|table| table.bytes));
    gauges(registry, "partitions", "Days of one kind of report of one account", tables(|table| table.partitions));
    gauges(
        registry,
        "split_partitions",
        "Those that are in more than one file",
        tables(|table| table.split_partitions),
    );
}

fn of_care(registry: &mut Registry, store: &Store) -> Result<(), crate::db::DbError> {
    let outcomes = jobs::care_outcomes(&store.db)?;
    let each = |value: fn(&jobs::CareOutcome) -> Option<i64>| {
        outcomes.iter().filter_map(move |outcome| Some((OfCare { care: outcome.kind.clone() }, value(outcome)?)))
    };
    gauges(
        registry,
        "care_ok",
        "Whether the last one went well and found nothing wrong",
        each(|care| Some(care.ok.into())),
    );
    gauges(registry, "care_duration_seconds", "How long the last one took", each(|care| care.seconds));
    gauges(registry, "care_success_timestamp_seconds", "When one last went well", each(|care| care.well_at));
    let states = jobs::jobs_by_state(&store.db)?.into_iter().map(|(state, jobs)| (OfState { state }, jobs));
    gauges(registry, "jobs", "Jobs in the list, by state", states);
    Ok(())
}

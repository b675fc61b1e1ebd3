//! The functions a question may call, from `sql/functions.toml`. A session holds nothing else.

use std::collections::BTreeSet;
use std::sync::{Arc, LazyLock};

use datafusion::common::Result;
use datafusion::execution::session_state::SessionStateBuilder;
use datafusion::logical_expr::{AggregateUDF, ScalarUDF, WindowUDF};
use serde::Deserialize;

use super::bounded;
use super::error::QueryError;
use super::metrics;
use super::suggest;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct List {
    scalar: BTreeSet<String>,
    bounded: BTreeSet<String>,
    aggregate: BTreeSet<String>,
    window: BTreeSet<String>,
    refused: Vec<Refused>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Refused {
    reason: String,
    names: BTreeSet<String>,
}

static LIST: LazyLock<List> = LazyLock::new(|| {
    toml::from_str(include_str!("../../sql/functions.toml"))
        .expect("sql/functions.toml is part of the program and read by a unit test")
});

/// The allowed functions as DataFusion takes them.
pub(super) struct Functions {
    pub(super) scalar: Vec<Arc<ScalarUDF>>,
    pub(super) aggregate: Vec<Arc<AggregateUDF>>,
    pub(super) window: Vec<Arc<WindowUDF>>,
}

impl Functions {
    /// The engine's functions, less those the list does not allow, with the bounded ones wrapped; and the metrics.
    pub(super) fn allowed() -> Result<Self> {
        let engine = SessionStateBuilder::new_with_default_features().build();
        // A function stands in the engine's map under each of its names; its own name counts once.
        let scalar = engine.scalar_functions().iter().filter(|(key, function)| *key == function.name());
        let aggregate = engine.aggregate_functions().iter().filter(|(key, function)| *key == function.name());
        let window = engine.window_functions().iter().filter(|(key, function)| *key == function.name());
        let mut scalar: Vec<_> = scalar.filter_map(|(_, function)| allow(function)).collect();
        scalar.extend(metrics::functions()?);
        let aggregate = aggregate.map(|(_, function)| Arc::clone(function)).collect();
        let window = window.map(|(_, function)| Arc::clone(function)).collect();
        Ok(Self { scalar, aggregate, window })
    }
}

/// A function is kept where its name or one of its aliases is allowed; the guard reads each name as it is written.
fn allow(function: &Arc<ScalarUDF>) -> Option<Arc<ScalarUDF>> {
    let names = || std::iter::once(function.name()).chain(function.aliases().iter().map(String::as_str));
    if names().any(|name| LIST.bounded.contains(name)) {
        return Some(Arc::new(bounded::capped(Arc::clone(function))));
    }
    names().any(|name| LIST.scalar.contains(name)).then(|| Arc::clone(function))
}

/// The allowed functions that are no metrics, each with its class.
pub(super) fn names() -> impl Iterator<Item = (&'static str, &'static str)> {
    let list = &*LIST;
    let classes =
        [("scalar", &list.scalar), ("scalar", &list.bounded), ("aggregate", &list.aggregate), ("window", &list.window)];
    classes.into_iter().flat_map(|(class, names)| names.iter().map(move |name| (class, name.as_str())))
}

/// Whether a question may call the function of that (lower-case) name.
pub(super) fn check(name: &str) -> std::result::Result<(), QueryError> {
    let list = &*LIST;
    let is_metric = metrics::metrics().iter().any(|metric| metric.name == name);
    if is_metric
        || [&list.scalar, &list.bounded, &list.aggregate, &list.window].iter().any(|names| names.contains(name))
    {
        return Ok(());
    }
    if let Some(refused) = list.refused.iter().find(|refused| refused.names.contains(name)) {
        return Err(QueryError::Refused { what: format!("the function {name}"), why: refused.reason.clone() });
    }
    let known = list.scalar.iter().chain(&list.bounded).chain(&list.aggregate).chain(&list.window).map(String::as_str);
    let known = known.chain(metrics::metrics().iter().map(|metric| metric.name.as_str()));
    let suggestion = suggest::nearest(name, known).map(str::to_owned);
    Err(QueryError::UnknownFunction { name: name.to_owned(), suggestion })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    /// How often each name stands in the list, whatever the section.
    fn listed() -> BTreeMap<&'static str, usize> {
        let list = &*LIST;
        let mut count = BTreeMap::new();
        let scalar = list.scalar.iter().chain(&list.bounded);
        for name in scalar.chain(list.refused.iter().flat_map(|refused| &refused.names)) {
            *count.entry(name.as_str()).or_default() += 1;
        }
        count
    }

    #[test]
    fn every_function_of_the_engine_is_allowed_or_refused_with_a_reason() {
        let engine = SessionStateBuilder::new_with_default_features().build();
        let listed = listed();
        let scalars = engine.scalar_functions().keys().chain(engine.higher_order_functions().keys());
        for name in scalars.chain(engine.table_functions().keys()) {
            assert_eq!(listed.get(name.as_str()), Some(&1), "{name} must stand in one list of sql/functions.toml");
        }
        let aggregates: BTreeSet<String> = engine.aggregate_functions().keys().cloned().collect();
        let windows: BTreeSet<String> = engine.window_functions().keys().cloned().collect();
        assert_eq!(aggregates, LIST.aggregate);
        assert_eq!(windows, LIST.window);
    }

    #[test]
    fn a_refused_function_says_why_and_a_slip_is_corrected() {
        assert!(check("sum").is_ok() && check("repeat").is_ok());
        assert_eq!(check("generate_series").unwrap_err().code(), "refused");
        let error = check("coutn").unwrap_err().to_string();
        assert!(error.contains("did you mean 'count'"), "{error}");
    }
}

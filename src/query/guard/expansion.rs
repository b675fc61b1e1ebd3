//! Counts the tables that a question stands for once every step of WITH, and every view, is written out.
//!
//! The engine plans a step anew at each place that names it, so `a AS (t, t), b AS (a, a), c AS (b, b) …` doubles
//! with each line. The count follows the scopes of SQL: a name means the innermost step that stands before it.

use datafusion::sql::sqlparser::ast::{Ident, ObjectName, Query};

/// A step of WITH that is in reach: its name and the tables it stands for.
struct Step {
    name: String,
    relations: usize,
}

struct Scope {
    query: *const Query,
    /// Steps not yet walked: where their query stands, and their name.
    pending: Vec<(*const Query, String)>,
    steps: Vec<Step>,
    relations: usize,
}

/// The count, fed by a visitor in the order of the text.
pub(super) struct Expansion {
    weight: fn(&str) -> usize,
    scopes: Vec<Scope>,
}

impl Expansion {
    /// `weight` tells the tables behind a name that is no step: 1, or those of a view.
    pub(super) const fn new(weight: fn(&str) -> usize) -> Self {
        Self { weight, scopes: Vec::new() }
    }

    pub(super) fn enter(&mut self, query: &Query) {
        let with = query.with.iter().flat_map(|with| &with.cte_tables);
        let pending = with.map(|step| (std::ptr::from_ref(&*step.query), folded(&step.alias.name))).collect();
        self.scopes.push(Scope { query: std::ptr::from_ref(query), pending, steps: Vec::new(), relations: 0 });
    }

    /// Closes the query and tells its count.
    pub(super) fn leave(&mut self, query: &Query) -> usize {
        let Some(scope) = self.scopes.pop() else { return 0 };
        debug_assert!(std::ptr::eq(scope.query, query), "queries close in the order they open");
        if let Some(outer) = self.scopes.last_mut() {
            let pending = outer.pending.iter().position(|(step, _)| std::ptr::eq(*step, query));
            match pending {
                Some(place) => {
                    let (_, name) = outer.pending.remove(place);
                    outer.steps.push(Step { name, relations: scope.relations });
                }
                None => outer.relations = outer.relations.saturating_add(scope.relations),
            }
        }
        scope.relations
    }

    pub(super) fn relation(&mut self, name: &ObjectName) {
        let plain = match name.0.as_slice() {
            [part] => part.as_ident().map(folded),
            _ => None,
        };
        let step = plain.as_ref().and_then(|name| {
            let mut reach = self.scopes.iter().rev().flat_map(|scope| scope.steps.iter().rev());
            reach.find(|step| step.name == *name).map(|step| step.relations.max(1))
        });
        let last = name.0.last().and_then(|part| part.as_ident()).map(folded).unwrap_or_default();
        let relations = step.unwrap_or_else(|| (self.weight)(&last));
        if let Some(scope) = self.scopes.last_mut() {
            scope.relations = scope.relations.saturating_add(relations);
        }
    }
}

/// An unquoted name means its lower-case form.
fn folded(ident: &Ident) -> String {
    if ident.quote_style.is_some() { ident.value.clone() } else { ident.value.to_lowercase() }
}

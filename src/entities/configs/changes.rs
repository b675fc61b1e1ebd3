//! What differs between a stored config and a fresh one, in the words of the history.
//!
//! A list that only grew is `add_<what>`, one that only shrank `remove_<what>`, everything else `change_<what>`.

use std::collections::BTreeSet;

use super::{Config, GoogleConfig};
use crate::entities::TextList;
use crate::entities::history::NewChange;

/// One field: its column, the word for it in a change type, and its values before and after.
struct Field<'a> {
    column: &'static str,
    what: &'static str,
    values: Values<'a>,
}

enum Values<'a> {
    Text(Option<&'a str>, Option<&'a str>),
    Number(Option<i64>, Option<i64>),
    List(Option<&'a TextList>, Option<&'a TextList>),
}

/// The changes that lead from the stored config to the fresh one; one that is new, or back, is a change too.
pub(super) fn between(before: Option<&Config>, after: &GoogleConfig) -> Vec<NewChange> {
    let added = || NewChange {
        change_type: "add_config".to_owned(),
        field_changed: None,
        old_value: None,
        new_value: after.display_name.clone(),
    };
    let Some(before) = before else { return vec![added()] };
    let back = before.vanished_at.is_some().then(added);
    back.into_iter().chain(fields(&before.google, after).into_iter().filter_map(changed)).collect()
}

pub(super) fn removed(config: &Config) -> NewChange {
    NewChange {
        change_type: "remove_config".to_owned(),
        field_changed: None,
        old_value: config.google.display_name.clone(),
        new_value: None,
    }
}

/// Another config took over its billing id.
pub(super) fn billing_id_lost(config: &Config) -> NewChange {
    NewChange {
        change_type: "change_billing".to_owned(),
        field_changed: Some("billing_id"),
        old_value: config.google.billing_id.clone(),
        new_value: None,
    }
}

fn changed(field: Field<'_>) -> Option<NewChange> {
    let (verb, old_value, new_value) = match field.values {
        Values::Text(old, new) => {
            ("change", old.map(str::to_owned), if old == new { return None } else { new.map(str::to_owned) })
        }
        Values::Number(old, new) if old == new => return None,
        Values::Number(old, new) => ("change", old.map(|n| n.to_string()), new.map(|n| n.to_string())),
        Values::List(old, new) => (list_verb(old, new)?, old.map(TextList::to_string), new.map(TextList::to_string)),
    };
    let change_type = format!("{verb}_{}", field.what);
    Some(NewChange { change_type, field_changed: Some(field.column), old_value, new_value })
}

/// None where both lists hold the same; from or to "not restricted" is neither growth nor shrinking.
fn list_verb(old: Option<&TextList>, new: Option<&TextList>) -> Option<&'static str> {
    let (Some(old), Some(new)) = (old, new) else { return (old != new).then_some("change") };
    let (old, new): (BTreeSet<_>, BTreeSet<_>) = (old.0.iter().collect(), new.0.iter().collect());
    if old == new {
        None
    } else if old.is_subset(&new) {
        Some("add")
    } else if new.is_subset(&old) {
        Some("remove")
    } else {
        Some("change")
    }
}

fn fields<'a>(a: &'a GoogleConfig, b: &'a GoogleConfig) -> Vec<Field<'a>> {
    macro_rules! field {
        (text $column:ident, $what:literal) => {
            field!($column, $what, Values::Text(a.$column.as_deref(), b.$column.as_deref()))
        };
        (number $column:ident, $what:literal) => {
            field!($column, $what, Values::Number(a.$column, b.$column))
        };
        (list $column:ident, $what:literal) => {
            field!($column, $what, Values::List(a.$column.as_ref(), b.$column.as_ref()))
        };
        ($column:ident, $what:literal, $values:expr) => {
            Field { column: stringify!($column), what: $what, values: $values }
        };
    }
    vec![
        field!(text billing_id, "billing"),
        field!(text display_name, "name"),
        field!(state, "state", Values::Text(Some(&a.state), Some(&b.state))),
        field!(number maximum_qps, "qps"),
        field!(list included_formats, "format"),
        field!(list included_platforms, "platform"),
        field!(list included_environments, "environment"),
        field!(list included_sizes, "size"),
        field!(list included_geos, "geo"),
        field!(list excluded_geos, "excluded_geo"),
        field!(list invalid_geos, "invalid_geo"),
        field!(list included_user_lists, "user_list"),
        field!(list excluded_user_lists, "excluded_user_list"),
        field!(list included_verticals, "vertical"),
        field!(list excluded_verticals, "excluded_vertical"),
        field!(text interstitial_targeting, "interstitial"),
        field!(list allowed_user_targeting_modes, "user_targeting"),
        field!(list included_user_id_types, "user_id_type"),
        field!(list included_languages, "language"),
        field!(list included_mobile_operating_systems, "operating_system"),
        field!(list excluded_content_labels, "excluded_content_label"),
        field!(text web_targeting_mode, "site_mode"),
        field!(list web_targeting_values, "site"),
        field!(text publisher_targeting_mode, "publisher_mode"),
        field!(list publisher_targeting_values, "publisher"),
        field!(text app_targeting_mode, "app_mode"),
        field!(list app_targeting_values, "app"),
        field!(list included_app_categories, "app_category"),
        field!(list excluded_app_categories, "excluded_app_category"),
        field!(number minimum_viewability_decile, "viewability"),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(items: &[&str]) -> TextList {
        items.iter().map(|item| (*item).to_owned()).collect()
    }

    #[test]
    fn a_list_says_whether_it_grew_or_shrank_and_its_order_is_nothing() {
        let two = list(&["300x250", "320x50"]);
        assert_eq!(list_verb(Some(&two), Some(&list(&["320x50", "300x250"]))), None);
        assert_eq!(list_verb(Some(&two), Some(&list(&["320x50", "300x250", "1x1"]))), Some("add"));
        assert_eq!(list_verb(Some(&two), Some(&list(&["320x50"]))), Some("remove"));
        assert_eq!(list_verb(Some(&two), Some(&list(&["320x50", "1x1"]))), Some("change"));
        assert_eq!(list_verb(None, Some(&two)), Some("change"), "one size excludes all others, so nothing was added");
        assert_eq!(list_verb(None, None), None);
    }
}

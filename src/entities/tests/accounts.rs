//! Adding, changing, finding and removing accounts.

use super::{AccountId, ONE, Store, TWO, noon, seat};
use crate::entities::accounts::{AccountFields, DateOrder, add, by_name, find, get, list, remove, set};
use crate::entities::{Absent, EntityError, seats, version};
use crate::model::Currency;

fn named(name: &str) -> AccountFields {
    AccountFields { name: Some(name.to_owned()), ..AccountFields::default() }
}

#[test]
fn an_account_says_what_was_said_of_it() {
    let store = Store::new();
    let fields = AccountFields {
        bidder_id: Some("299038253".to_owned()),
        currency: Currency::from_code("EUR"),
        date_format: Some(DateOrder::DayFirst),
        ..named(" acme ")
    };
    let added = store.change(|tx| add(tx, &fields, noon()));
    assert_eq!((added.account_id, added.name.as_str(), added.created_at), (AccountId(3), "acme", noon()));
    assert_eq!((added.currency, added.date_format), (fields.currency, fields.date_format));

    let changed = AccountFields { currency: Currency::from_code("USD"), ..AccountFields::default() };
    let set = store.change(|tx| set(tx, AccountId(3), &changed));
    assert_eq!(
        (set.currency, set.bidder_id, set.date_format),
        (changed.currency, fields.bidder_id, fields.date_format)
    );
    assert_eq!(store.see(list).len(), 3);
}

#[test]
fn an_account_is_found_by_name_in_any_case_or_by_number() {
    let store = Store::new();
    assert_eq!(store.see(|tx| find(tx, "SECOND")).account_id, TWO);
    assert_eq!(store.see(|tx| find(tx, "2")).name, "second");
    assert_eq!(store.see(|tx| by_name(tx, "default")).account_id, ONE);
    let message = store.refused(|tx| find(tx, "third")).to_string();
    assert_eq!(message, "there is no account 'third'; there are: default, second");
    assert!(matches!(store.refused(|tx| get(tx, AccountId(9))), EntityError::UnknownAccount { .. }));
}

#[test]
fn names_and_bidders_are_used_once_and_a_name_is_no_number() {
    let store = Store::new();
    let bidder = |id: &str| AccountFields { bidder_id: Some(id.to_owned()), ..AccountFields::default() };
    assert!(matches!(store.refused(|tx| add(tx, &named("Default"), noon())), EntityError::NameTaken { .. }));
    assert!(matches!(store.refused(|tx| set(tx, ONE, &named("second"))), EntityError::NameTaken { .. }));
    for bad in ["", "   ", "7", "a\nb"] {
        assert!(matches!(store.refused(|tx| add(tx, &named(bad), noon())), EntityError::AccountName { .. }), "{bad}");
    }
    assert!(matches!(store.refused(|tx| set(tx, ONE, &bidder("x7"))), EntityError::BidderId { .. }));
    store.change(|tx| set(tx, ONE, &bidder("7")));
    store.change(|tx| set(tx, ONE, &bidder("7")));
    let taken = store.refused(|tx| set(tx, TWO, &bidder("7")));
    assert_eq!(taken.to_string(), "bidder 7 is account 'default' already");
}

#[test]
fn an_account_goes_with_its_rows_and_its_id_is_never_used_again() {
    let store = Store::new();
    store.change(|tx| seats::upsert(tx, TWO, &[seat("1", "theirs")], Absent::Stays, noon()));
    store.change(|tx| remove(tx, TWO, false));
    assert_eq!(store.see(|tx| seats::list(tx, TWO)), []);
    let next = store.change(|tx| add(tx, &named("second"), noon()));
    assert_eq!(next.account_id, AccountId(3), "caches and files of account 2 would be taken for the new one's");
    assert_eq!(store.see(|tx| version(tx, next.account_id)), 1);
}

#[test]
fn the_last_account_stays_and_imports_go_only_when_that_was_said() {
    let store = Store::new();
    store.change(|tx| {
        tx.execute(
            "INSERT INTO import_history (account_id, report, filename, file_size_bytes, file_hash, mode, status, \
             imported_at) VALUES (2, 'performance', 'f', 1, 'h', 'merge', 'complete', 'x')",
            [],
        )?;
        Ok(())
    });
    let refused = store.refused(|tx| remove(tx, TWO, false));
    assert!(matches!(refused, EntityError::HasImports { imports: 1, .. }), "{refused}");
    store.change(|tx| remove(tx, TWO, true));
    assert!(matches!(store.refused(|tx| remove(tx, ONE, true)), EntityError::LastAccount { .. }));
}

//! Service accounts and seats: each account has its own, also under the same ids.

use super::{Absent, ONE, Store, TWO, creative, noon, seat};
use crate::entities::service_accounts::{NewServiceAccount, add, first_active, get, list, remove, used};
use crate::entities::{EntityError, creatives, seats};

fn new(id: &str, email: &str) -> NewServiceAccount {
    NewServiceAccount {
        service_account_id: id.to_owned(),
        client_email: email.to_owned(),
        project_id: "project".to_owned(),
        display_name: "name".to_owned(),
        credentials_path: format!("keys/{id}.json"),
    }
}

#[test]
fn the_same_service_account_of_two_accounts_is_two() {
    let store = Store::new();
    let same = new("sa", "sync@p.example");
    store.change(|tx| add(tx, ONE, &same, noon()));
    store.change(|tx| add(tx, TWO, &same, noon()));
    store.change(|tx| used(tx, ONE, "sa", noon()));
    assert_eq!(store.see(|tx| get(tx, ONE, "sa")).last_used, Some(noon()));
    assert_eq!(store.see(|tx| get(tx, TWO, "sa")).last_used, None, "the other account did not ask");
    store.change(|tx| remove(tx, ONE, "sa"));
    assert_eq!(store.see(|tx| list(tx, ONE)), []);
    assert_eq!(store.see(|tx| first_active(tx, TWO)).unwrap().service_account_id, "sa");
    assert!(matches!(store.refused(|tx| get(tx, ONE, "sa")), EntityError::Unknown { .. }));
    assert!(matches!(store.refused(|tx| used(tx, ONE, "sa", noon())), EntityError::Unknown { .. }));
    assert!(matches!(store.refused(|tx| remove(tx, ONE, "sa")), EntityError::Unknown { .. }));
}

#[test]
fn an_account_has_an_e_mail_address_once_and_asks_with_its_oldest() {
    let store = Store::new();
    store.change(|tx| add(tx, ONE, &new("b", "first@p.example"), noon()));
    store.change(|tx| add(tx, ONE, &new("a", "second@p.example"), noon() + chrono::Duration::seconds(1)));
    let message = store.refused(|tx| add(tx, ONE, &new("c", "first@p.example"), noon())).to_string();
    assert!(message.contains("first@p.example") && message.contains("remove it first"), "{message}");
    assert_eq!(store.see(|tx| first_active(tx, ONE)).unwrap().client_email, "first@p.example");
}

#[test]
fn creatives_whose_buyer_has_no_seat_get_one_in_their_own_account() {
    let store = Store::new();
    let owned = |id: &str, buyer: &str, advertiser: Option<&str>| {
        let mut creative = creative(buyer, id, "APPROVED");
        creative.advertiser_name = advertiser.map(str::to_owned);
        creative
    };
    let listed = [
        owned("a", "70", Some("Shoes")),
        owned("b", "70", Some("Hats")),
        owned("c", "70", Some("Hats")),
        owned("d", "71", None),
        owned("e", "72", Some("Known")),
    ];
    store.change(|tx| creatives::upsert(tx, ONE, &listed, Absent::Stays, noon()));
    store.change(|tx| creatives::upsert(tx, TWO, &listed[..1], Absent::Stays, noon()));
    store.change(|tx| seats::upsert(tx, ONE, &[seat("72", "Google's name")], Absent::Stays, noon()));
    assert_eq!(store.change(|tx| seats::populate(tx, ONE, noon())), 2);
    assert_eq!(store.change(|tx| seats::populate(tx, ONE, noon())), 0, "all have one now");
    let names = |account| {
        let seats = store.see(|tx| seats::list(tx, account));
        seats
            .iter()
            .map(|seat| (seat.google.buyer_id.clone(), seat.shown_name().unwrap().to_owned()))
            .collect::<Vec<_>>()
    };
    let named = |buyer: &str, name: &str| (buyer.to_owned(), name.to_owned());
    assert_eq!(names(ONE), [named("71", "Account 71"), named("72", "Google's name"), named("70", "Hats")]);
    assert_eq!(names(TWO), [], "the other account was not asked for");
    let counts = store.see(|tx| seats::creative_counts(tx, ONE));
    assert_eq!(counts.into_values().collect::<Vec<_>>(), [3, 1, 1]);
}

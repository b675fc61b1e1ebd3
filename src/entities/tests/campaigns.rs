//! Campaigns: a creative is in one at most, what is archived comes back whole, and no account sees another's.

use rusqlite::Transaction;

use super::{Absent, ONE, Store, TWO, at, creative, noon};
use crate::entities::campaigns::{
    Campaign, CampaignFields, CampaignFilter, CampaignStatus, Clearable, archive, create, find, get, list, members,
    restore, set,
};
use crate::entities::{EntityError, creatives};
use crate::model::{AccountId, CampaignId, Micros};

/// Both accounts have the creatives a, b (seat 1) and c (seat 2).
fn store() -> Store {
    let store = Store::new();
    let all = [creative("1", "a", "APPROVED"), creative("1", "b", "APPROVED"), creative("2", "c", "APPROVED")];
    for account in [ONE, TWO] {
        store.change(|tx| creatives::upsert(tx, account, &all, Absent::Stays, noon()));
    }
    store
}

fn named(name: &str) -> CampaignFields {
    CampaignFields { name: Some(name.to_owned()), ..CampaignFields::default() }
}

fn ids(of: &[&str]) -> Vec<String> {
    of.iter().map(|id| (*id).to_owned()).collect()
}

impl Store {
    fn campaign(&self, account: AccountId, name: &str, of: &[&str]) -> CampaignId {
        self.change(|tx| {
            let campaign = create(tx, account, &named(name), noon())?.campaign_id;
            members::assign(tx, account, campaign, &ids(of), noon())?;
            Ok(campaign)
        })
    }

    fn members(&self, account: AccountId, campaign: CampaignId) -> Vec<String> {
        self.see(|tx| members::of(tx, account, campaign))
    }

    fn unclustered(&self, account: AccountId) -> Vec<String> {
        self.see(|tx| members::unclustered(tx, account, None))
    }

    /// Everything about campaigns in an account.
    fn all(&self, account: AccountId) -> String {
        let removed = "SELECT creative_id FROM campaign_removals WHERE account_id = ?1 ORDER BY creative_id";
        self.see(|tx| {
            let archived = CampaignFilter { status: Some(CampaignStatus::Archived), ..CampaignFilter::default() };
            let removed: Vec<String> =
                tx.prepare(removed)?.query_map([account.0], |row| row.get(0))?.collect::<Result<_, _>>()?;
            let campaigns = [list(tx, account, &CampaignFilter::default())?, list(tx, account, &archived)?];
            Ok(format!("{campaigns:?} {:?} {removed:?}", members::by_campaign(tx, account)?))
        })
    }
}

#[test]
fn what_is_said_of_a_campaign_is_kept_and_what_is_not_said_stays() {
    let store = store();
    let said = CampaignFields {
        description: Some(" two\nlines ".to_owned()),
        owner: Some("Ann".to_owned()),
        budget_micros: Some(Micros(1_250_500_000)),
        start_date: Some("2026-11-01".parse().unwrap()),
        end_date: Some("2026-11-30".parse().unwrap()),
        platform: Some("DV360".to_owned()),
        external_id: Some("io-17".to_owned()),
        ..named(" Spring ")
    };
    let made = store.change(|tx| create(tx, ONE, &said, noon()));
    assert_eq!((made.name.as_str(), made.description.as_deref()), ("Spring", Some("two\nlines")));
    assert_eq!((made.budget_micros, made.clustering_method.as_deref()), (Some(Micros(1_250_500_000)), Some("manual")));
    assert_eq!((made.status, made.is_ai_generated, made.ai_confidence), (CampaignStatus::Active, false, None));
    assert_eq!(made.end_date.unwrap().to_string(), "2026-11-30");

    let later = at("2026-11-21T08:00:00Z");
    let fewer = CampaignFields {
        status: Some(CampaignStatus::Paused),
        clear: [Clearable::EndDate, Clearable::Owner].into(),
        ..CampaignFields::default()
    };
    let changed = store.change(|tx| set(tx, ONE, made.campaign_id, &fewer, later));
    let expected =
        Campaign { status: CampaignStatus::Paused, end_date: None, owner: None, updated_at: later, ..made.clone() };
    assert_eq!(changed, expected);
    assert_eq!(store.see(|tx| find(tx, ONE, "spring")), expected);
    assert_eq!(store.see(|tx| find(tx, ONE, &made.campaign_id.to_string())), expected);
}

#[test]
fn what_a_campaign_cannot_be_is_refused_in_words() {
    let store = store();
    let refused = |fields: CampaignFields| store.refused(|tx| create(tx, ONE, &fields, noon())).to_string();
    assert_eq!(refused(CampaignFields::default()), "name: write 1 to 500 letters");
    assert_eq!(refused(CampaignFields { owner: Some(" ".into()), ..named("x") }), "owner: write 1 to 200 letters");
    let backwards = CampaignFields {
        start_date: Some("2026-11-30".parse().unwrap()),
        end_date: Some("2026-11-29".parse().unwrap()),
        ..named("x")
    };
    assert_eq!(refused(backwards), "end_date: 2026-11-29 is before the first day, 2026-11-30: choose a later day");
    let started = CampaignFields { start_date: Some("2026-11-30".parse().unwrap()), ..named("x") };
    let campaign = store.change(|tx| create(tx, ONE, &started, noon())).campaign_id;
    let end = CampaignFields { end_date: Some("2026-11-01".parse().unwrap()), ..CampaignFields::default() };
    let early = store.refused(|tx| set(tx, ONE, campaign, &end, noon()));
    assert!(matches!(early, EntityError::CampaignField { field: "end_date", .. }), "{early}");
    assert_eq!(store.see(|tx| list(tx, ONE, &CampaignFilter::default())).len(), 1, "nothing refused was kept");

    store.campaign(ONE, "X", &[]);
    let twice = store.refused(|tx| find(tx, ONE, "x")).to_string();
    assert!(twice.starts_with("campaign: 'x' is the name of campaigns "), "{twice}");
    assert_eq!(store.refused(|tx| find(tx, ONE, "y")).to_string(), "account 1 has no campaign 'y'");
}

#[test]
fn a_creative_is_in_one_campaign_at_most_and_adding_moves_it() {
    let store = store();
    let first = store.campaign(ONE, "first", &["a", "b"]);
    let second = store.campaign(ONE, "second", &["b", "c", "c"]);
    assert_eq!((store.members(ONE, first), store.members(ONE, second)), (ids(&["a"]), ids(&["b", "c"])));
    assert_eq!(store.see(|tx| members::campaign_of(tx, ONE, "b")), Some(second));
    let seat = |campaign| store.see(|tx| get(tx, ONE, campaign)).buyer_id;
    assert_eq!((seat(first).as_deref(), seat(second)), (Some("1"), None), "only one seat is a campaign's seat");
    let of_seat = |buyer: &str| {
        let filter = CampaignFilter { buyer_id: Some(buyer.to_owned()), ..CampaignFilter::default() };
        store.see(|tx| list(tx, ONE, &filter)).len()
    };
    assert_eq!((of_seat("1"), of_seat("2"), of_seat("3")), (2, 1, 0));

    let unknown = store.refused(|tx| members::assign(tx, ONE, first, &ids(&["c", "x", "y"]), noon()));
    let said = "account 1 has no creatives 'x', 'y': load creatives with `catscan sync`, or leave them out; nothing was changed";
    assert_eq!(unknown.to_string(), said);
    assert_eq!(store.members(ONE, second), ids(&["b", "c"]));

    store.change(|tx| members::remove_from(tx, ONE, second, "b", Some("ann"), noon()));
    assert_eq!(store.unclustered(ONE), ids(&["b"]));
    let again = store.refused(|tx| members::remove(tx, ONE, "b", None, noon()));
    assert_eq!(again.to_string(), "account 1 has no creative in a campaign 'b'");
    let other = store.refused(|tx| members::remove_from(tx, ONE, first, "c", None, noon()));
    assert_eq!(other.to_string(), "account 1 has no creative in that campaign 'c'");
    assert!(store.all(ONE).ends_with("[\"b\"]"), "what a user took out is remembered");
    store.change(|tx| members::assign(tx, ONE, first, &ids(&["b"]), noon()));
    assert!(store.all(ONE).ends_with("[]"), "who puts it back wants it in a campaign");
}

#[test]
fn an_archived_campaign_frees_its_creatives_and_comes_back_with_those_that_nobody_took() {
    let store = store();
    let old = store.campaign(ONE, "old", &["a", "b"]);
    store.change(|tx| archive(tx, ONE, old, noon()));
    assert_eq!(store.unclustered(ONE), ids(&["a", "b", "c"]));
    assert_eq!(store.see(|tx| list(tx, ONE, &CampaignFilter::default())), []);
    let archived = CampaignFilter { status: Some(CampaignStatus::Archived), ..CampaignFilter::default() };
    assert_eq!(store.see(|tx| list(tx, ONE, &archived)).len(), 1);
    for gone in [
        store.refused(|tx| archive(tx, ONE, old, noon())),
        store.refused(|tx| members::assign(tx, ONE, old, &ids(&["c"]), noon()).map(drop)),
        store.refused(|tx| members::remove_from(tx, ONE, old, "a", None, noon())),
    ] {
        assert_eq!(gone.to_string(), format!("account 1 has no campaign '{old}'"));
    }
    let new = store.campaign(ONE, "new", &["b"]);
    assert_eq!(store.change(|tx| restore(tx, ONE, old, noon())).status, CampaignStatus::Active);
    assert_eq!((store.members(ONE, old), store.members(ONE, new)), (ids(&["a"]), ids(&["b"])));
}

#[test]
fn a_creative_that_vanished_at_google_is_not_offered_and_stays_where_it_is() {
    let store = store();
    let campaign = store.campaign(ONE, "x", &["a"]);
    let left = [creative("2", "c", "APPROVED")];
    store.change(|tx| creatives::upsert(tx, ONE, &left, Absent::Vanished, noon()));
    assert_eq!(store.unclustered(ONE), ids(&["c"]));
    assert_eq!(store.members(ONE, campaign), ids(&["a"]));
    assert_eq!(store.see(|tx| members::unclustered(tx, ONE, Some("1"))), ids(&[]));
}

#[test]
fn no_account_sees_or_changes_a_campaign_of_another() {
    let store = store();
    let theirs = store.campaign(TWO, "theirs", &["a", "b"]);
    let mine = store.campaign(ONE, "mine", &["a"]);
    let before = store.all(TWO);
    type Try = Box<dyn Fn(&Transaction<'_>) -> Result<(), EntityError>>;
    let tries: Vec<(&str, Try)> = vec![
        ("get", Box::new(move |tx| get(tx, ONE, theirs).map(drop))),
        ("find", Box::new(move |tx| find(tx, ONE, "theirs").map(drop))),
        ("rename", Box::new(move |tx| set(tx, ONE, theirs, &named("mine too"), noon()).map(drop))),
        ("archive", Box::new(move |tx| archive(tx, ONE, theirs, noon()))),
        ("restore", Box::new(move |tx| restore(tx, ONE, theirs, noon()).map(drop))),
        ("members", Box::new(move |tx| members::of(tx, ONE, theirs).map(drop))),
        ("move into", Box::new(move |tx| members::assign(tx, ONE, theirs, &ids(&["a"]), noon()).map(drop))),
        ("take out of", Box::new(move |tx| members::remove_from(tx, ONE, theirs, "b", None, noon()))),
        ("take out", Box::new(move |tx| members::remove(tx, ONE, "b", None, noon()).map(drop))),
    ];
    for (what, attempt) in tries {
        let refused = store.refused(|tx| attempt(tx));
        assert!(matches!(refused, EntityError::Unknown { .. }), "{what}: {refused}");
        assert_eq!(store.all(TWO), before, "{what}");
    }
    store.change(|tx| members::remove(tx, ONE, "a", None, noon()));
    store.change(|tx| members::assign(tx, ONE, mine, &ids(&["a", "b", "c"]), noon()));
    store.change(|tx| archive(tx, ONE, mine, noon()));
    assert_eq!(store.all(TWO), before);
    assert_eq!(store.unclustered(TWO), ids(&["c"]));
}

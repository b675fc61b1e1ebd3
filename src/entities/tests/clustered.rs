//! What clustering may write: never over a user's word, never in another account.

use super::{Absent, ONE, Store, TWO, at, noon};
use crate::campaigns::clustering::{Clustered, Clustering, cluster};
use crate::entities::campaigns::clustered::{self, NewCluster};
use crate::entities::campaigns::{AssignedBy, CampaignFields, create, list, members};
use crate::entities::creatives::{self, GoogleCreative};
use crate::model::{AccountId, CampaignId};

fn leading_to(id: &str, address: &str) -> GoogleCreative {
    let creative = serde_json::json!({
        "name": format!("buyers/1/creatives/{id}"), "creativeId": id, "creativeFormat": "HTML",
        "declaredClickThroughUrls": [address],
    });
    super::one(crate::sync::answers::creatives, "creatives", creative)
}

/// Both accounts have a, b and c, which lead to a shop.
fn store() -> Store {
    let store = Store::new();
    let all = ["a", "b", "c"].map(|id| leading_to(id, "https://app.adjust.com/x?redirect=https%3A%2F%2Fshop.example"));
    for account in [ONE, TWO] {
        store.change(|tx| creatives::upsert(tx, account, &all, Absent::Stays, noon()));
    }
    store
}

fn run(store: &Store, account: AccountId, dry_run: bool) -> Clustered {
    let asked = Clustering { min_creatives: 3, buyer_id: None, dry_run };
    store.change(|tx| cluster(tx, account, &asked, at("2026-11-21T00:00:00Z")))
}

fn everything(store: &Store, account: AccountId) -> String {
    store.see(|tx| Ok(format!("{:?} {:?}", clustered::candidates(tx, account)?, clustered::all(tx, account)?)))
}

#[test]
fn clustering_writes_in_its_account_only_and_a_dry_run_nowhere() {
    let store = store();
    let (mine, theirs) = (everything(&store, ONE), everything(&store, TWO));
    let planned = run(&store, ONE, true);
    assert_eq!((planned.campaigns_created, everything(&store, ONE)), (1, mine));
    let made = run(&store, ONE, false);
    assert_eq!((made.campaigns_created, made.creatives_placed, made.creatives_unclustered), (1, 3, 0));
    assert_eq!(everything(&store, TWO), theirs);

    let id = made.campaigns[0].campaign_id.unwrap();
    let cluster = NewCluster { key: "domain:shop.example", name: "Shop", method: "domain", confidence: 0.5 };
    let own = store.change(|tx| clustered::create(tx, TWO, &cluster, noon()));
    let mine = everything(&store, ONE);
    store.refused(|tx| clustered::place(tx, TWO, id, &["a".to_owned()], noon()));
    store.change(|tx| clustered::set_confidence(tx, TWO, id, 0.1));
    store.change(|tx| clustered::take_out(tx, TWO, "a", noon()));
    store.change(|tx| clustered::place(tx, TWO, own, &["a".to_owned()], noon()));
    store.change(|tx| clustered::settle(tx, TWO));
    assert_eq!(everything(&store, ONE), mine);
}

#[test]
fn no_plan_writes_over_what_a_user_decided() {
    let store = store();
    let id = run(&store, ONE, false).campaigns[0].campaign_id.unwrap();
    let fields = CampaignFields { name: Some("mine".to_owned()), ..CampaignFields::default() };
    let mine = store.change(|tx| create(tx, ONE, &fields, noon())).campaign_id;
    store.change(|tx| members::assign(tx, ONE, mine, &["a".to_owned()], noon()));
    store.change(|tx| members::remove(tx, ONE, "b", None, noon()));
    let all = ["a", "b", "c"].map(str::to_owned);
    store.change(|tx| clustered::place(tx, ONE, id, &all, noon()));
    store.change(|tx| clustered::take_out(tx, ONE, "a", noon()));
    let placed = store.see(|tx| clustered::candidates(tx, ONE));
    let places: Vec<Option<(CampaignId, AssignedBy)>> = placed.into_iter().map(|one| one.assigned).collect();
    assert_eq!(places, [Some((mine, AssignedBy::User)), None, Some((id, AssignedBy::Clustering))]);
    store.change(|tx| clustered::set_confidence(tx, ONE, mine, 0.1));
    assert!(
        store.see(|tx| list(tx, ONE, &Default::default())).iter().all(|campaign| campaign.ai_confidence != Some(0.1))
    );
}

#[test]
fn rows_of_an_older_program_get_their_destinations_in_their_account_only() {
    let store = store();
    let forget = "UPDATE creatives SET destination_url = NULL, destination_domain = NULL, destination_app = 'old'";
    store.change(|tx| Ok(tx.execute(forget, [])?));
    assert_eq!(run(&store, ONE, false).campaigns[0].cluster_key, "domain:shop.example");
    let read = |account| {
        let creatives = store.see(|tx| creatives::list(tx, account));
        creatives.into_iter().map(|one| (one.google.destination_domain, one.google.destination_app)).collect::<Vec<_>>()
    };
    assert_eq!(read(ONE), vec![(Some("shop.example".to_owned()), None); 3]);
    assert_eq!(read(TWO), vec![(None, Some("old".to_owned())); 3]);
    assert_eq!(store.change(|tx| creatives::refresh_destinations(tx, ONE)), 0, "what is read already is not written");
}

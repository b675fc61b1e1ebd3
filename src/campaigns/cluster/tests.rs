//! Clusters as users see them, and what must hold for any creatives.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::{Existing, Item, Method, Place, Plan, confidence, plan};
use crate::model::{CampaignId, Destination};

fn item(id: &str, address: &str, advertiser: &str) -> Item {
    let advertiser = Some(advertiser.to_owned()).filter(|name| !name.is_empty());
    Item { creative_id: id.to_owned(), destination: Destination::of(address), advertiser, place: Place::Free }
}

/// `key name: creatives`, in order.
fn found(plan: &Plan) -> Vec<String> {
    let line = |found: &super::Found| format!("{} '{}': {}", found.key, found.name, found.creatives.join(" "));
    plan.found.iter().map(line).collect()
}

/// Creatives and campaigns, and what carrying out plans makes of them.
#[derive(Clone, Debug, Default)]
struct World {
    items: Vec<Item>,
    campaigns: Vec<Existing>,
}

impl World {
    fn of(items: &[(&str, &str)]) -> Self {
        Self { items: items.iter().map(|(id, address)| item(id, address, "")).collect(), campaigns: Vec::new() }
    }

    fn run(&mut self, min: usize) -> Plan {
        let plan = plan(&self.items, &self.campaigns, min);
        let mut places: BTreeMap<String, Place> = BTreeMap::new();
        for found in &plan.found {
            let campaign_id = CampaignId(self.campaigns.len() as i64 + 1);
            let (key, name) = (Some(found.key.to_string()), found.name.clone());
            self.campaigns.push(Existing { campaign_id, key, name, is_archived: false });
            places.extend(found.creatives.iter().map(|id| (id.clone(), Place::Clustered(campaign_id))));
        }
        for (campaign, ids) in &plan.joining {
            places.extend(ids.iter().map(|id| (id.clone(), Place::Clustered(*campaign))));
        }
        places.extend(plan.leaving.iter().map(|id| (id.clone(), Place::Free)));
        for item in &mut self.items {
            if let Some(place) = places.get(&item.creative_id) {
                item.place = *place;
            }
        }
        plan
    }

    /// The names of the campaigns that have creatives, and these.
    fn shown(&self) -> BTreeMap<String, BTreeSet<String>> {
        let mut shown: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for item in &self.items {
            if let Place::Clustered(id) | Place::Left(Some(id)) = item.place {
                let campaign = self.campaigns.iter().find(|campaign| campaign.campaign_id == id).unwrap();
                shown.entry(campaign.name.clone()).or_default().insert(item.creative_id.clone());
            }
        }
        shown
    }

    fn place(&mut self, id: &str) -> &mut Place {
        &mut self.items.iter_mut().find(|item| item.creative_id == id).unwrap().place
    }
}

const SHOES: [(&str, &str); 3] = [
    ("s1", "https://shoes.example/spring"),
    ("s2", "https://www.shoes.example/spring?utm_source=x"),
    ("s3", "%%CLICK_URL_UNESC%%https://m.shoes.example/autumn"),
];

#[test]
fn creatives_are_grouped_by_app_then_domain_then_advertiser_from_the_minimum_on() {
    let items = [
        item("a1", "market://details?id=com.shop", "Shop"),
        item("a2", "https://play.google.com/store/apps/details?id=com.shop", "Shop"),
        item("a3", "https://app.appsflyer.com/com.shop?pid=x", "SHOP"),
        item("d1", "https://shoes.example/a", "Shoes"),
        item("d2", "https://shoes.example/b", "Shoes"),
        item("d3", "https://shoes.example/", "Other"),
        item("t1", "https://bit.ly/1", "Café  Noir"),
        item("t2", "", "Café Noir"),
        item("t3", "", "café noir"),
        item("x1", "https://few.example/", "Few"),
        item("x2", "https://few.example/", "Few"),
        item("n1", "", ""),
    ];
    let plan = plan(&items, &[], 3);
    assert_eq!(
        found(&plan),
        [
            "app:com.shop 'com.shop': a1 a2 a3",
            "domain:shoes.example 'shoes.example': d1 d2 d3",
            "advertiser:café noir 'Café  Noir': t1 t2 t3"
        ]
    );
    let sure: Vec<f64> = plan.found.iter().map(|found| found.confidence).collect();
    assert_eq!(sure, [0.95, 0.84, 0.6], "two of three advertisers' names agree on the domain");
}

#[test]
fn a_domain_is_divided_by_path_where_two_parts_are_large_enough() {
    let mut world = World::of(&[
        ("a1", "https://shop.example/spring/1"),
        ("a2", "https://shop.example/en/Spring"),
        ("b1", "https://shop.example/autumn"),
        ("b2", "https://shop.example/autumn/x"),
        ("c1", "https://shop.example/"),
        ("c2", "https://shop.example/winter"),
    ]);
    let whole = plan(&world.items, &[], 3);
    assert_eq!(found(&whole), ["domain:shop.example 'shop.example': a1 a2 b1 b2 c1 c2"]);
    assert_eq!(
        found(&world.run(2)),
        [
            "domain:shop.example 'shop.example': c1 c2",
            "domain:shop.example/autumn 'shop.example/autumn': b1 b2",
            "domain:shop.example/spring 'shop.example/spring': a1 a2",
        ]
    );
    world
        .items
        .extend([item("b3", "https://shop.example/autumn/z", ""), item("w1", "https://shop.example/winter", "")]);
    let later = world.run(2);
    assert_eq!(later.joining, [(CampaignId(2), vec!["b3".to_owned()]), (CampaignId(1), vec!["w1".to_owned()])].into());
}

#[test]
fn one_creative_more_divides_nothing_that_is_together() {
    let mut world = World::of(&[
        ("a1", "https://shop.example/spring"),
        ("a2", "https://shop.example/spring"),
        ("b1", "https://shop.example/autumn"),
    ]);
    world.run(2);
    let before = world.shown();
    world.items.push(item("b2", "https://shop.example/autumn", ""));
    world.run(2);
    assert_eq!(before.keys().collect::<Vec<_>>(), world.shown().keys().collect::<Vec<_>>());
    assert_eq!(world.shown()["shop.example"].len(), 4);
}

#[test]
fn a_campaign_is_found_by_its_key_whatever_it_is_called_and_archived_it_is_not_made_again() {
    let mut world = World::of(&SHOES);
    world.run(3);
    world.campaigns[0].name = "Our shoes".to_owned();
    world.items.push(item("s4", "https://shoes.example/winter", ""));
    assert_eq!(world.run(3).joining, [(CampaignId(1), vec!["s4".to_owned()])].into());

    world.campaigns[0].is_archived = true;
    world.items.iter_mut().for_each(|item| item.place = Place::Free);
    for n in 5..9 {
        world.items.push(item(&format!("s{n}"), "https://shoes.example/new", ""));
    }
    assert_eq!(world.run(3), Plan::default(), "what a user put away stays away");
}

#[test]
fn what_a_user_decided_is_left_alone_and_small_clusters_are_told() {
    let mut world = World::of(&SHOES);
    world.run(3);
    world.campaigns.push(Existing { campaign_id: CampaignId(2), key: None, name: "Mine".into(), is_archived: false });
    *world.place("s1") = Place::Left(Some(CampaignId(2)));
    *world.place("s2") = Place::Left(None);
    let plan = world.run(3);
    assert_eq!((plan.found.len(), plan.joining.len(), plan.leaving.len()), (0, 0, 0));
    assert_eq!(plan.small, [(CampaignId(1), 1)].into());
    assert_eq!(world.shown()["shoes.example"], ["s3".to_owned()].into());
}

#[test]
fn a_creative_that_leads_elsewhere_moves_where_clustering_put_it_and_only_then() {
    let mut world = World::of(&SHOES);
    world.items.extend(["h1", "h2", "h3"].map(|id| item(id, "https://hats.example/", "")));
    world.run(3);
    let hats = Destination::of("https://hats.example/x");
    world.items[0].destination = hats.clone();
    world.items[1].destination = hats;
    world.items[1].place = Place::Left(Some(CampaignId(2)));
    world.items[2].destination = Destination::of("https://alone.example/");
    let plan = world.run(3);
    assert_eq!(plan.joining, [(CampaignId(1), vec!["s1".to_owned()])].into());
    assert_eq!(plan.leaving, ["s3"]);
    assert_eq!(world.shown()["shoes.example"], ["s2".to_owned()].into());
}

#[test]
fn creatives_that_an_older_program_clustered_stay_where_it_put_them() {
    let mut world = World::of(&SHOES);
    world.campaigns.push(Existing { campaign_id: CampaignId(1), key: None, name: "Old".into(), is_archived: false });
    world.items.iter_mut().for_each(|item| item.place = Place::Clustered(CampaignId(1)));
    assert_eq!(world.run(3), Plan::default());
}

#[test]
fn a_taken_name_gets_a_number() {
    let mut world = World::of(&SHOES);
    let mine = |id, name: &str, is_archived| Existing {
        campaign_id: CampaignId(id),
        key: None,
        name: name.into(),
        is_archived,
    };
    world.campaigns = vec![mine(1, "Shoes.example", false), mine(2, "shoes.example (2)", true)];
    assert_eq!(found(&world.run(3)), ["domain:shoes.example 'shoes.example (3)': s1 s2 s3"]);
}

#[test]
fn confidence_is_higher_for_what_says_more_and_where_advertisers_agree() {
    let same = [Some("A"), Some(" a"), None];
    let methods = [Method::App, Method::Domain, Method::Path, Method::Advertiser];
    let sure = methods.map(|method| confidence(method, same));
    assert_eq!(sure, [0.95, 0.9, 0.8, 0.6]);
    assert_eq!(confidence(Method::Domain, [Some("A"), Some("B")]), 0.81);
    assert_eq!(confidence(Method::Domain, [None]), 0.9);
}

/// Few destinations and advertisers, so that clusters meet.
fn some_items() -> impl Strategy<Value = Vec<Item>> {
    let address = prop::sample::select(vec![
        "https://a.example/spring",
        "https://a.example/autumn",
        "https://a.example/",
        "https://b.example/x-ray",
        "https://b.example/yes-please",
        "market://details?id=com.a",
        "https://bit.ly/1",
        "",
    ]);
    let advertiser = prop::sample::select(vec!["", "Ann", "ANN", "Bob"]);
    prop::collection::btree_map("[a-z]{1,3}", (address, advertiser), 0..30)
        .prop_map(|items| items.iter().map(|(id, (address, by))| item(id, address, by)).collect())
}

proptest! {
    #[test]
    fn the_order_of_creatives_means_nothing(items in some_items(), shuffled in any::<prop::sample::Index>(), min in 1usize..5) {
        let mut turned = items.clone();
        if !turned.is_empty() {
            let middle = shuffled.index(turned.len());
            turned.rotate_left(middle);
            turned[..middle].reverse();
        }
        prop_assert_eq!(plan(&items, &[], min), plan(&turned, &[], min));
    }

    #[test]
    fn a_second_run_changes_nothing(items in some_items(), more in some_items(), min in 1usize..5) {
        let mut world = World { items, campaigns: Vec::new() };
        world.run(min);
        let known: BTreeSet<String> = world.items.iter().map(|item| item.creative_id.clone()).collect();
        world.items.extend(more.into_iter().filter(|item| !known.contains(&item.creative_id)));
        world.run(min);
        let before = world.clone();
        let plan = world.run(min);
        prop_assert!(plan.found.is_empty() && plan.joining.is_empty() && plan.leaving.is_empty(), "{plan:?}");
        prop_assert_eq!(before.shown(), world.shown());
    }

    #[test]
    fn one_creative_more_moves_and_renames_no_other(items in some_items(), one in some_items(), min in 1usize..5) {
        let mut world = World { items, campaigns: Vec::new() };
        world.run(min);
        let (places, campaigns) = (world.items.clone(), world.campaigns.clone());
        let Some(one) = one.into_iter().find(|one| places.iter().all(|item| item.creative_id != one.creative_id)) else {
            return Ok(());
        };
        world.items.push(one);
        world.run(min);
        prop_assert_eq!(&world.campaigns[..campaigns.len()], &campaigns[..]);
        for (before, after) in places.iter().zip(&world.items) {
            prop_assert!(before.place == Place::Free || before.place == after.place);
        }
    }

    #[test]
    fn clusters_are_large_enough_apart_and_have_names_of_their_own(items in some_items(), min in 1usize..5) {
        let plan = plan(&items, &[], min);
        let ids: Vec<&String> = plan.found.iter().flat_map(|found| &found.creatives).collect();
        let names: BTreeSet<&String> = plan.found.iter().map(|found| &found.name).collect();
        prop_assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "a creative is in two clusters");
        prop_assert_eq!(names.len(), plan.found.len());
        for found in &plan.found {
            prop_assert!(found.creatives.len() >= min && (0.0..=1.0).contains(&found.confidence), "{found:?}");
        }
    }
}

//! Creatives of two accounts that share ids, campaigns, and what is known of their thumbnails.

use super::*;
use crate::entities::creatives::{CreativeFilter, CreativeLine, by_format, delete, get, lines, of_ids, sizes};
use crate::entities::thumbnails::{self, ThumbnailFault, ThumbnailOutcome, ThumbnailRecord};
use crate::entities::{campaigns, sightings};

fn both() -> Store {
    let store = Store::new();
    let listed = |status| [creative("7", "same", status), creative("7", "other", status)];
    store.change(|tx| creatives::upsert(tx, ONE, &listed("APPROVED"), Absent::Stays, noon()));
    store.change(|tx| creatives::upsert(tx, TWO, &listed("DISAPPROVED"), Absent::Stays, noon()));
    store
}

fn all(store: &Store, account: AccountId) -> Vec<CreativeLine> {
    store.see(|tx| lines(tx, account, &CreativeFilter::default()))
}

fn failed(fault: ThumbnailFault) -> ThumbnailRecord {
    ThumbnailRecord {
        outcome: ThumbnailOutcome::Failed,
        fault: Some(fault),
        source_url: Some("https://v.example/".to_owned()),
        attempted_at: noon(),
    }
}

#[test]
fn reads_and_writes_of_one_account_leave_the_other_as_it_was() {
    let store = both();
    let before = all(&store, TWO);
    store.change(|tx| thumbnails::record(tx, ONE, "same", &failed(ThumbnailFault::UrlExpired)));
    assert_eq!(store.see(|tx| thumbnails::list(tx, TWO)).len(), 0);
    assert_eq!(store.see(|tx| thumbnails::list(tx, ONE))["same"], failed(ThumbnailFault::UrlExpired));
    let status = |account| store.see(|tx| get(tx, account, "same")).google.approval_status.unwrap();
    assert_eq!((status(ONE), status(TWO)), ("APPROVED".to_owned(), "DISAPPROVED".to_owned()));
    store.change(|tx| delete(tx, ONE, "same"));
    assert_eq!(all(&store, TWO), before);
    assert_eq!(all(&store, ONE).len(), 1);
    assert_eq!(store.see(|tx| thumbnails::list(tx, ONE)).len(), 0, "the thumbnail's state went with it");
    assert!(matches!(store.refused(|tx| delete(tx, ONE, "same")), EntityError::Unknown { .. }));
    assert!(matches!(store.refused(|tx| get(tx, ONE, "same")), EntityError::Unknown { .. }));
    store.change(|tx| thumbnails::record(tx, ONE, "same", &failed(ThumbnailFault::Timeout)));
    assert_eq!(store.see(|tx| thumbnails::list(tx, ONE)).len(), 0, "a creative that is gone keeps no state");
    assert_eq!(store.see(|tx| by_format(tx, TWO)), [("HTML".to_owned(), 2)].into());
    assert_eq!(store.see(|tx| sizes(tx, ONE)), ["300x250"]);
}

#[test]
fn filters_look_at_seat_approval_format_and_campaign() {
    let store = both();
    let found = |filter: CreativeFilter| {
        let lines = store.see(|tx| lines(tx, ONE, &filter));
        lines.into_iter().map(|line| line.creative_id).collect::<Vec<_>>()
    };
    let any = CreativeFilter::default();
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(found(CreativeFilter { buyer_id: text("7"), ..any.clone() }).len(), 2);
    assert_eq!(found(CreativeFilter { buyer_id: text("8"), ..any.clone() }).len(), 0);
    assert_eq!(found(CreativeFilter { approval_status: text("DISAPPROVED"), ..any.clone() }).len(), 0);
    assert_eq!(found(CreativeFilter { format: text("HTML"), ..any.clone() }).len(), 2);
    let named = |name: &str| campaigns::CampaignFields { name: text(name), ..Default::default() };
    let campaign = store.change(|tx| campaigns::create(tx, ONE, &named("spring"), noon())).campaign_id;
    store.change(|tx| campaigns::members::assign(tx, ONE, campaign, &["same".to_owned()], noon()));
    assert_eq!(found(CreativeFilter { campaign: Some(campaign), ..any.clone() }), ["same"]);
    assert_eq!(all(&store, TWO).iter().filter(|line| line.campaign_id.is_some()).count(), 0);
    let line = all(&store, ONE).into_iter().find(|line| line.creative_id == "same").unwrap();
    assert_eq!((line.campaign_id, line.campaign_name.as_deref()), (Some(campaign), Some("spring")));
    store.change(|tx| campaigns::archive(tx, ONE, campaign, noon()));
    assert_eq!(
        found(CreativeFilter { campaign: Some(campaign), ..any }),
        [""; 0],
        "an archived campaign holds nothing"
    );
}

#[test]
fn full_creatives_come_in_the_order_asked_and_the_newest_update_is_first_in_lines() {
    let store = Store::new();
    let mut listed = [creative("7", "a", "APPROVED"), creative("7", "b", "APPROVED"), creative("7", "c", "APPROVED")];
    for (one, time) in listed.iter_mut().zip(["2026-01-01T00:00:00Z", "2026-01-01T00:00:00.5Z", "2026-01-02T00:00:00Z"])
    {
        one.api_update_time = Some(time.to_owned());
    }
    store.change(|tx| creatives::upsert(tx, ONE, &listed, Absent::Stays, noon()));
    let ids: Vec<String> = all(&store, ONE).into_iter().map(|line| line.creative_id).collect();
    assert_eq!(ids, ["c", "b", "a"]);
    let asked = ["b", "nobody", "a"].map(str::to_owned);
    let found = store.see(|tx| of_ids(tx, ONE, &asked));
    assert_eq!(found.iter().map(|one| one.google.creative_id.as_str()).collect::<Vec<_>>(), ["b", "a"]);
}

#[test]
fn a_sighting_names_the_import_in_the_creatives_own_row_whichever_comes_first() {
    let store = both();
    let import = "INSERT INTO import_history (batch_id, account_id, report, filename, file_size_bytes, file_hash, mode, \
                  status, imported_at) VALUES (?1, ?2, 'performance', 'f', 1, ?1, 'merge', 'complete', '2026-11-20')";
    let note = include_str!("../../../sql/ingest/note_sightings.sql");
    let see = |account: AccountId, batch: i64, day: &str, ids: &str| {
        store.change(|tx| {
            tx.execute(import, rusqlite::params![batch, account.0])?;
            Ok(tx.execute(note, rusqlite::params![account.0, batch, day, ids])?)
        });
    };
    see(ONE, 1, "2026-11-18T00:00:00.000Z", r#"["same", "later", ""]"#);
    see(ONE, 2, "2026-11-19T00:00:00.000Z", r#"["same", "newest"]"#);
    let batch = |account, id: &str| store.see(|tx| get(tx, account, id)).first_import_batch_id.map(|batch| batch.0);
    assert_eq!((batch(ONE, "same"), batch(ONE, "other"), batch(TWO, "same")), (Some(1), None, None));
    store.change(|tx| creatives::upsert(tx, ONE, &[creative("7", "later", "APPROVED")], Absent::Stays, noon()));
    assert_eq!(batch(ONE, "later"), Some(1));

    let since = |account, from: &str| {
        let found = store.see(|tx| sightings::since(tx, account, at(from)));
        found.into_iter().map(|one| format!("{} {}", one.creative_id, one.batch_id)).collect::<Vec<_>>()
    };
    assert_eq!(since(ONE, "2026-11-01T00:00:00Z"), ["newest 2", "later 1", "same 1"]);
    assert_eq!(since(ONE, "2026-11-19T00:00:00Z"), ["newest 2"]);
    assert_eq!(since(TWO, "2026-11-01T00:00:00Z"), [""; 0]);
    store.change(|tx| Ok(tx.execute("DELETE FROM creative_sightings WHERE batch_id = 1", [])?));
    assert_eq!((batch(ONE, "same"), since(ONE, "2026-11-01T00:00:00Z")), (None, vec!["newest 2".to_owned()]));
}

//! Objects that were deleted, cut or changed behind our back: an error that names the file, never a wrong number.

use super::super::import::{generated, write_restated};
use super::S3;

#[test]
fn a_deleted_a_cut_and_a_changed_object_are_named_in_questions_and_imports() {
    let Some(s3) = S3::start("damaged objects") else { return };
    let store = s3.store();
    let report = generated(&store.beside("reports"), 20_000, 1, 4).remove(0);
    store.import(&report);
    let restated = store.beside("restated.csv");
    write_restated(&report, &restated, 3);
    let key = s3.data_files().remove(0);
    let name = key.strip_prefix("some/lake/").unwrap();
    let good = s3.objects()[&key].clone();
    let question = "SELECT sum(clicks), count(creative_id), max(app_name), sum(spend_micros) FROM rtb_daily \
                    WHERE impressions >= 0";
    let before = store.succeed(&["sql", "--format", "csv", question]);

    let mut bad =
        vec![("cut", Some(good.slice(..good.len() / 2))), ("empty", Some(good.slice(..0))), ("deleted", None)];
    for at in [good.len() / 3, good.len() / 2, good.len() - 30] {
        let mut changed = good.to_vec();
        changed[at] ^= 0x20;
        bad.push(("changed", Some(changed.into())));
    }
    for (what, bytes) in bad {
        match bytes {
            Some(bytes) => s3.put(&key, bytes),
            None => s3.delete(&key),
        }
        let ran = store.run(&["sql", "--format", "csv", question]);
        let is_named = ran.stderr.contains(name) && ran.stderr.contains("is damaged");
        assert!((ran.code == Some(1) && is_named) || ran.stdout == before, "{what}: {ran:#?}");
        let ran = store.run(&["import", restated.to_str().unwrap()]);
        assert_eq!(ran.code, Some(1), "{what}: {ran:#?}");
        assert!(ran.stderr.contains(name) && ran.stderr.contains("is damaged"), "{what}: {ran:#?}");
    }
    s3.put(&key, good);
    assert_eq!(store.succeed(&["sql", "--format", "csv", question]), before);
}

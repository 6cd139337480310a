//! What the program learns over all persons, and publishes itself.

use serde_json::{Value, json};

use crate::{
    deciding::open,
    shop::{Shop, granting, identify},
};

/// Eighty persons of whom the till and the shop's server say one size, and the files of an old system often another.
fn three_voices(shop: &Shop) {
    let file = json!({"kind": "file", "reliability": 0.9, "any_of": ["site"]});
    shop.define("source", "old-crm", &file);
    let till = json!({"kind": "till", "reliability": 0.95, "any_of": ["site"]});
    shop.define("source", "counter", &till);
    shop.define("trait", "shoe_size", &json!({"holds": "int"}));
    let (crm, till) = (shop.key_for("secret", "old-crm"), shop.key_for("secret", "counter"));
    for (client, name, wrong_in) in [(&shop.secret, "server", 0), (&till, "till", 0), (&crm, "crm", 3)] {
        let told = (0..80).map(|person| {
            let who = json!({"userId": format!("u{person}"), "context": granting(&["site"])});
            let wrong = i64::from(wrong_in > 0 && person % wrong_in == 0);
            identify(&format!("{name}-{person}"), &who, &json!({"shoe_size": 38 + person % 5 + wrong}))
        });
        let batch: Vec<Value> = told.collect();
        _ = client.post("/v1/batch", &json!({"batch": batch})).expect(200);
    }
}

fn take_census(shop: &Shop) {
    _ = shop.secret.get("/v1/thermometer?fresh=true").expect(200);
}

fn setting(shop: &Shop, name: &str) -> Option<Value> {
    let answer = shop.secret.get(&format!("/v1/definitions/setting/{name}"));
    (answer.status == 200).then(|| answer.json()["document"].clone())
}

/// The trust of somebody's size as only one source says it.
fn trust_of(shop: &Shop, user: &str) -> f64 {
    let profile = shop.profile(&format!("user_id:{user}"));
    profile["traits"]["shoe_size"]["trust"].as_f64().unwrap_or_else(|| panic!("{profile}"))
}

#[test]
fn a_source_that_the_others_contradict_is_believed_less() {
    let shop = open();
    three_voices(&shop);
    let crm = shop.key_for("secret", "old-crm");
    let who = json!({"userId": "alone", "context": granting(&["site"])});
    _ = crm.post("/v1/batch", &json!({"batch": [identify("alone", &who, &json!({"shoe_size": 40}))]})).expect(200);
    assert!((trust_of(&shop, "alone") - 0.9).abs() < 1e-9);
    take_census(&shop);
    let found = setting(&shop, "reliability").unwrap();
    let of = |source: &str| {
        let entries = found["value"].as_array().unwrap();
        entries.iter().find(|entry| entry["source"] == source).map(|entry| entry["found"].as_f64().unwrap())
    };
    let crm_found = of("old-crm").unwrap_or_else(|| panic!("{found}"));
    assert!((0.75..0.88).contains(&crm_found), "a third of what it said was wrong: {found}");
    assert!((trust_of(&shop, "alone") - crm_found).abs() < 1e-9, "in force at once");
    // Whoever reads the revisions sees who did that, and why.
    let revisions = shop.secret.get("/v1/revisions?limit=1").expect(200).json();
    let last = &revisions["revisions"][0];
    assert_eq!((&last["by"], &last["origin"]), (&json!("prevenance"), &json!("learned")));
    assert!(last["why"].as_str().unwrap().contains("old-crm: defined 0.9, found"), "{last}");
    // The next census finds the same, up to what the first one changed, and does not publish it again and again.
    take_census(&shop);
    let revision = shop.status()["revision"].clone();
    take_census(&shop);
    take_census(&shop);
    assert_eq!(shop.status()["revision"], revision);
}

#[test]
fn a_source_that_is_defined_anew_is_believed_as_it_is_defined() {
    let shop = open();
    three_voices(&shop);
    take_census(&shop);
    assert!(setting(&shop, "reliability").is_some());
    let crm = shop.key_for("secret", "old-crm");
    let who = json!({"userId": "alone", "context": granting(&["site"])});
    _ = crm.post("/v1/batch", &json!({"batch": [identify("alone", &who, &json!({"shoe_size": 40}))]})).expect(200);
    shop.define("source", "old-crm", &json!({"kind": "file", "reliability": 0.7, "any_of": ["site"]}));
    assert!((trust_of(&shop, "alone") - 0.7).abs() < 1e-9);
}

#[test]
fn a_shop_that_does_not_want_it_is_taught_nothing() {
    let shop = open();
    shop.define("setting", "learning", &json!({"value": "off"}));
    three_voices(&shop);
    take_census(&shop);
    assert_eq!(setting(&shop, "reliability"), None);
    let refused = shop.secret.put("/v1/definitions/setting/learning", &json!({"value": "maybe"})).expect(422).json();
    assert_eq!(refused["error"]["pointer"], "/value");
}

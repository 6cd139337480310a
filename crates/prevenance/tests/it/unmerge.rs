//! Wrong merges: those that must not happen, and how one is taken back.

use serde_json::{Value, json};

use crate::shop::{Shop, identify, send, track};

/// proves IDN-10: given a family tablet or a shared e-mail, two names that order are not merged without two strong
/// identifiers, and an unmerge restores both profiles exactly.
#[test]
fn idn_10_a_family_is_not_merged_and_unmerge_restores_both_exactly() {
    let shop = Shop::open();
    shop.segment("spent-100", r#"events("Order Completed").sum(total) >= 100"#);
    shop.segment("customers", r#"events("Order Completed").count() > 0"#);
    shop.grant("user_id:ana", &["site", "email"]);
    shop.grant("user_id:ben", &["site"]);
    // One tablet, one address that the shop even verified for each, two names.
    for (who, name, size, total) in [("ana", "Ana", 39, 60), ("ben", "Ben", 44, 50)] {
        let on_tablet = json!({"userId": who, "anonymousId": "family-tablet"});
        let said = json!({"first_name": name, "shoe": size, "email": "family@example.org"});
        shop.define("trait", "shoe", &json!({"holds": "number"}));
        shop.page_sends(&[
            identify(&format!("login-{who}"), &on_tablet, &said),
            track("Order Completed", &format!("order-{who}"), &on_tablet, &json!({"total": total})),
        ]);
        let verified = json!({"email": "family@example.org", "email_verified": true});
        shop.server_sends(&[identify(&format!("verified-{who}"), &json!({"userId": who}), &verified)]);
    }
    let (ana, ben) = (held(&shop, "user_id:ana"), held(&shop, "user_id:ben"));
    assert_ne!(
        ana["profile"]["id"], ben["profile"]["id"],
        "one strong identifier in common does not merge two accounts"
    );
    assert_eq!(
        (ana["profile"]["segments"].clone(), ben["profile"]["segments"].clone()),
        (json!(["customers"]), json!(["customers"]))
    );

    // Then the shop's server says that they are one, which they are not.
    let alias = json!({"type": "alias", "messageId": "wrong-alias", "userId": "ana", "previousId": "ben"});
    shop.server_sends(&[alias]);
    let joined = shop.profile("user_id:ana");
    assert_eq!(shop.id("user_id:ben"), joined["id"].as_str().unwrap());
    assert_eq!(joined["segments"], json!(["customers", "spent-100"]));
    assert_eq!(joined["merges"].as_array().unwrap().len(), 1);
    assert_eq!(joined["merges"][0]["rule"], "alias");
    assert_eq!(shop.count("user_id:ben", "Order Completed"), 2);

    shop.advance("1h");
    let undone = shop.secret.post("/v1/profiles/user_id:ana/unmerge", &json!({})).expect(200).json();
    assert_eq!(undone["merge_id"], joined["merges"][0]["id"]);
    assert_eq!(without(held(&shop, "user_id:ana"), "wrong-alias"), ana);
    assert_eq!(without(held(&shop, "user_id:ben"), "wrong-alias"), ben);

    // They stay apart: the tablet and the address still do not join them, and what comes goes where it belongs.
    for (who, total) in [("ana", 5), ("ben", 70)] {
        let order = json!({"total": total, "email": "family@example.org"});
        let on_tablet = json!({"userId": who, "anonymousId": "family-tablet"});
        shop.page_sends(&[track("Order Completed", &format!("later-{who}"), &on_tablet, &order)]);
    }
    assert_ne!(shop.id("user_id:ana"), shop.id("user_id:ben"));
    assert!(shop.is_in("user_id:ben", "spent-100") && !shop.is_in("user_id:ana", "spent-100"));
    let none = shop.secret.post("/v1/profiles/user_id:ana/unmerge", &json!({}));
    assert_eq!(none.expect(404).json()["code"], "NOT_FOUND");
}

/// What came while two were one counts for whom it was about, from when it came: not from the merge, nor from when it
/// was taken back.
#[test]
fn after_an_unmerge_a_membership_holds_since_it_would_have_without_the_merge() {
    let shop = Shop::open();
    let till = shop.key_for("secret", "till");
    shop.segment("spent-100", r#"events("Order Completed").sum(total) >= 100"#);
    shop.segment("customers", r#"events("Order Completed").count() > 0"#);
    for who in ["user_id:ana", "user_id:ben"] {
        shop.grant(who, &["site"]);
    }
    let order = |user: &str, id: &str, total: i64| {
        send(&till, &[track("Order Completed", id, &json!({"userId": user}), &json!({"total": total}))]);
    };
    order("ana", "o1", 60);
    shop.advance("1h");
    order("ben", "o2", 60);
    shop.server_sends(&[json!({"type": "alias", "messageId": "wrong", "userId": "ana", "previousId": "ben"})]);
    // Together they have spent enough; ben alone has after two hours, ana alone never.
    for id in ["o3", "o4"] {
        shop.advance("1h");
        order("ben", id, 25);
    }
    shop.advance("1h");
    _ = shop.secret.post("/v1/profiles/user_id:ana/unmerge", &json!({})).expect(200);
    let memberships = |who: &str| {
        let profile = shop.profile(who);
        let of = |entry: &Value| [entry["name"].clone(), entry["since"].clone()];
        profile["memberships"].as_array().unwrap().iter().map(of).collect::<Vec<_>>()
    };
    assert_eq!(json!(memberships("user_id:ana")), json!([["customers", "2026-03-02T10:00:00Z"]]));
    let since = [["customers", "2026-03-02T11:00:00Z"], ["spent-100", "2026-03-02T13:00:00Z"]];
    assert_eq!(json!(memberships("user_id:ben")), json!(since));
}

/// Two strong identifiers in common outweigh two accounts: the same card and the same verified address.
#[test]
fn two_strong_identifiers_merge_two_accounts_and_the_merge_says_so() {
    let shop = Shop::open();
    let till = shop.key_for("secret", "till");
    let order =
        |id: &str, user: &str, properties: Value| track("Order Completed", id, &json!({"userId": user}), &properties);
    let email = json!({"total": 1, "email": "ana@example.org", "email_verified": true});
    send(&till, &[order("o1", "old-account", email.clone()), order("o2", "new-account", email)]);
    assert_ne!(shop.id("user_id:old-account"), shop.id("user_id:new-account"), "one is not enough");
    let card = json!({"total": 1, "loyalty_card": "C1"});
    send(&till, &[order("o3", "old-account", card.clone()), order("o4", "new-account", card)]);
    let export = shop.export("user_id:old-account");
    assert_eq!(shop.id("user_id:new-account"), export["profile"]["id"].as_str().unwrap());
    assert_eq!(export["profile"]["merges"][0]["rule"], "two_strong_identifiers");
    assert_eq!(export["events"].as_array().unwrap().len(), 4);
}

/// What is held on a person, but for the moment of asking and the list of who asked.
fn held(shop: &Shop, who: &str) -> Value {
    let mut export = shop.export(who);
    export["accesses"] = Value::Null;
    export["exported_at"] = Value::Null;
    export["profile"]["as_of"] = Value::Null;
    export
}

/// The same but for the event that caused the merge, which did come: it stays in the history of whom it was about, and
/// leaves a hint at the other account that leads nowhere.
fn without(mut export: Value, message_id: &str) -> Value {
    let events = export["events"].as_array_mut().unwrap();
    let there = events.len();
    events.retain(|event| event["message_id"] != message_id);
    let gone = there - events.len();
    let profile = &mut export["profile"];
    profile["events"] = json!(profile["events"].as_u64().unwrap() - gone as u64);
    if gone > 0 {
        let is_hint = |held: &Value| held["namespace"] == "user_id" && held["hold"] == "linked";
        profile["identifiers"].as_array_mut().unwrap().retain(|held| !is_hint(held));
    }
    export
}

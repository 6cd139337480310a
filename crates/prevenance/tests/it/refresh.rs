//! What is new in everybody's lists with no training, through the real program.

use std::time::Duration;

use serde_json::{Value, json};

use crate::{
    recommend::{ask, define, grant, ids, item, ordered, shop_with_pairs, tell, train, viewed},
    shop::Shop,
};

/// The shop of pairs, trained, with lists of what a refresh learns; and a lamp that nobody has seen.
fn shop_with_a_lamp() -> Shop {
    let shop = shop_with_pairs();
    tell(&shop, &[item("lamp", "Lamp", &["Camping"], 30.0)]);
    for (name, algorithm) in
        [("popular", "popular"), ("seen", "viewed_together"), ("bought", "bought_together"), ("next", "session")]
    {
        define(&shop, name, json!({"algorithms": algorithm, "count": 5, "bought": "always"}));
    }
    assert_eq!(train(&shop)["persons"], 60);
    shop
}

/// Moves the clock on by as long as models rest, and waits until a refresh took in what came or went.
fn refreshed(shop: &Shop, what: &str) -> Value {
    shop.advance("6m");
    for _ in 0..600 {
        let told = shop.secret.get("/v1/training").expect(200).json();
        if told["refreshed"][what].as_u64().is_some_and(|deeds| deeds > 0) {
            return told;
        }
        std::thread::park_timeout(Duration::from_millis(50));
    }
    panic!("no refresh: {}", shop.secret.get("/v1/training").expect(200).json());
}

/// Whether the lamp is in the list that goes with a boot.
fn is_shown(shop: &Shop, list: &str) -> bool {
    ids(&ask(shop, &json!({"recommender": list, "item": "boot-3"}))).contains(&"lamp")
}

#[test]
fn what_is_done_counts_for_others_within_minutes_without_a_training() {
    let shop = shop_with_a_lamp();
    let lists = ["popular", "seen", "bought", "next"];
    assert!(lists.iter().all(|list| !is_shown(&shop, list)), "nobody has seen it");
    let before = shop.secret.get("/v1/training").expect(200).json();
    let decided = ask(&shop, &json!({"recommender": "popular", "user_id": "c-1"}));
    let mut events = Vec::new();
    for n in 0..12 {
        let who = format!("v-{n}");
        grant(&shop, &who, "site");
        events.extend([viewed(&who, "boot-3"), viewed(&who, "lamp"), ordered(&who, &["boot-3", "lamp"])]);
    }
    // Of somebody who was learned from already, one thing more.
    events.push(ordered("c-3", &["lamp"]));
    shop.server_sends(&events);

    let told = refreshed(&shop, "came");
    let refresh = &told["refreshed"];
    assert_eq!(
        (&refresh["persons"], &refresh["came"], &refresh["went"]),
        (&json!(13), &json!(49), &json!(0)),
        "{told}"
    );
    assert_eq!(told["last"], before["last"], "no training");
    assert!(refresh["model"].as_u64() > before["last"]["model"].as_u64(), "{told}");
    assert!(refresh["took_ms"].is_u64() && refresh["bytes"].as_u64() > Some(0), "{told}");
    for list in lists {
        assert!(is_shown(&shop, list), "{list}: {}", ask(&shop, &json!({"recommender": list, "item": "boot-3"})));
    }
    let id = decided["id"].as_str().unwrap();
    let again = shop.secret.post(&format!("/v1/decisions/{id}/replay"), &json!({})).expect(200).json();
    assert_eq!(again["outcome"], "SAME", "{again}");
}

#[test]
fn who_withdraws_or_is_erased_is_out_of_lists_within_minutes() {
    let shop = shop_with_a_lamp();
    let people: Vec<String> = (0..8).map(|n| format!("v-{n}")).collect();
    people[..7].iter().for_each(|who| grant(&shop, who, "site"));
    // One grant ends by itself, with no event.
    let ends =
        json!({"user_id": "v-7", "purposes": {"site": true}, "wording": "banner-7", "until": "2026-03-02T10:10:00Z"});
    _ = shop.web.post("/v1/consent", &ends).expect(200);
    people.iter().for_each(|who| shop.server_sends(&[viewed(who, "boot-3"), viewed(who, "lamp")]));
    let told = refreshed(&shop, "came");
    assert_eq!(told["refreshed"]["persons"], 8, "{told}");
    assert!(is_shown(&shop, "seen") && is_shown(&shop, "next"));

    people[..4].iter().for_each(|who| shop.refuse(&format!("user_id:{who}"), &["site"]));
    for who in &people[4..7] {
        _ = shop.secret.delete(&format!("/v1/profiles/user_id:{who}")).expect(200);
    }
    let told = refreshed(&shop, "went");
    assert_eq!((&told["refreshed"]["went"], &told["last"]["persons"]), (&json!(16), &json!(60)), "{told}");
    assert!(!is_shown(&shop, "seen") && !is_shown(&shop, "next"), "nobody is left who looked at it");
}

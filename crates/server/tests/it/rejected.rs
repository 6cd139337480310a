//! Rejected events: kept as consent allows, corrected, sent again.

use model::time::Timestamp;
use serde_json::{Value, json};
use testkit::scenario::stage::End;

use crate::shop::{START_MS, Shop, code, is};

/// The rejected events, after what is written behind was written.
fn rejected(shop: &mut Shop) -> Vec<Value> {
    shop.end(End::Stop);
    shop.start(Timestamp::saturating_from_millis(START_MS));
    shop.secret().get("/v1/rejected").expect(200).json()["rejected"].as_array().unwrap().clone()
}

#[test]
fn a_rejected_event_is_corrected_and_sent_again() {
    let mut shop = Shop::new();
    shop.consent("a1", &["site"]);
    let broken = json!({"anonymousId": "a1", "messageId": "m1", "properties": {"n": 1}});
    assert_eq!(shop.write().post("/v1/t", &broken).expect(200).json()["rejected"][0]["code"], "EVENT_NAME_MISSING");
    let kept = rejected(&mut shop);
    assert_eq!(kept.len(), 1);
    let id = kept[0]["id"].as_str().unwrap().to_owned();
    assert_eq!((&kept[0]["message_id"], &kept[0]["source"]), (&json!("m1"), &json!("web")));
    assert_eq!(kept[0]["event"]["type"], "track", "it says the type that the path said");
    let secret = shop.secret();
    let again = secret.post(&format!("/v1/rejected/{id}/replay"), &json!({})).expect(200).json();
    assert_eq!((&again["accepted"], &again["rejected"]["code"]), (&json!(false), &json!("EVENT_NAME_MISSING")));
    let mut event = kept[0]["event"].clone();
    event["event"] = json!("Product Viewed");
    let corrected = secret.put(&format!("/v1/rejected/{id}"), &json!({ "event": event })).expect(200).json();
    assert_eq!((&corrected["id"], &corrected["event"]["event"]), (&json!(id), &json!("Product Viewed")));
    let kept = rejected(&mut shop);
    assert_eq!(kept.len(), 1);
    let replay = shop.secret().post(&format!("/v1/rejected/{id}/replay"), &json!({})).expect(200).json();
    assert_eq!(replay, json!({"accepted": true}));
    assert_eq!(shop.events("anonymous_id:a1"), ["Product Viewed", "Consent Updated"]);
    assert_eq!(rejected(&mut shop), Vec::<Value>::new());
}

#[test]
fn a_correction_of_whom_it_is_about_is_another_record() {
    let mut shop = Shop::new();
    shop.consent("a1", &["site"]);
    shop.consent("b2", &["site"]);
    shop.send(&json!([{"type": "track", "anonymousId": "a1", "messageId": "m1"}]));
    let id = rejected(&mut shop)[0]["id"].as_str().unwrap().to_owned();
    let event = json!({"type": "track", "event": "X", "anonymousId": "b2", "messageId": "m1"});
    let corrected = shop.secret().put(&format!("/v1/rejected/{id}"), &json!({ "event": event })).expect(200).json();
    let kept = rejected(&mut shop);
    assert_eq!(kept.len(), 1);
    assert_eq!(kept[0]["id"], corrected["id"]);
    assert_eq!(kept[0]["event"]["anonymousId"], "b2");
}

#[test]
fn nothing_is_kept_of_a_rejected_event_without_consent() {
    let mut shop = Shop::new();
    shop.send(&json!([{"type": "track", "anonymousId": "nobody-asked", "messageId": "m1"}]));
    assert_eq!(rejected(&mut shop), Vec::<Value>::new());
    assert_eq!(code(&shop.secret().post("/v1/rejected/rej_x/replay", &json!({}))), is(404, "NOT_FOUND"));
}

#[test]
fn a_listing_pages_through_everything_once_newest_first_while_more_arrives() {
    let shop = Shop::new();
    let refuse = |number: usize| {
        shop.advance_ms(if number.is_multiple_of(3) { 0 } else { 1_000 });
        let device = format!("a{}", number % 9);
        shop.send(&json!([{"type": "track", "anonymousId": device, "messageId": format!("m{number}")}]));
    };
    (0..9).for_each(|device| shop.consent(&format!("a{device}"), &["site"]));
    (0..30).for_each(refuse);
    let key = |one: &Value| (one["received_at"].as_str().unwrap().to_owned(), one["id"].as_str().unwrap().to_owned());
    let page = |query: &str| {
        let page = shop.secret().get(&format!("/v1/rejected?{query}")).expect(200).json();
        let here: Vec<_> = page["rejected"].as_array().unwrap().iter().map(key).collect();
        (here, page["next"].as_str().map(str::to_owned))
    };
    let (all, next) = page("limit=1000");
    assert_eq!((all.len(), next), (30, None));
    assert!(all.is_sorted_by(|one, next| one > next), "newest first, each once: {all:?}");
    let (mut paged, mut next) = page("limit=7");
    while let Some(from) = next {
        // What arrives while somebody pages neither shifts a page nor shows up behind.
        refuse(30 + paged.len());
        let (here, then) = page(&format!("limit=7&from={from}"));
        paged.extend(here);
        next = then;
    }
    assert_eq!(paged, all);
    assert_eq!(code(&shop.secret().get("/v1/rejected?from=1.2")), is(400, "BAD_CURSOR"));
}

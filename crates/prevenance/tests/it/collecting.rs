//! Section A of the requirements: consent before collecting, and what can be collected.

use serde_json::{Value, json};
use testkit::client::{Client, Request};

use crate::{
    bytes,
    shop::{PURPOSES, Shop, at, identify, send, track},
};

/// proves COL-01: given no recorded choice, pages and events flow and nothing identifying is stored, only counts.
#[test]
fn col_01_nothing_identifying_is_stored_before_a_choice() {
    let mut shop = Shop::open();
    let who = json!({"anonymousId": "cookie-5f2c91", "userId": "account-77120"});
    let silent = [
        json!({"type": "page", "messageId": "message-page-1", "anonymousId": "cookie-5f2c91",
               "properties": {"url": "https://shop.example/boots?ref=secret-referrer"}}),
        track("Product Viewed", "message-track-1", &who, &json!({"product_id": "boot-rare-42"})),
        track("Order Completed", "message-track-2", &who, &json!({"total": 77.31, "email": "ana.lemeur@example.org"})),
        identify("message-identify-1", &who, &json!({"first_name": "Anaelle", "email": "ana.lemeur@example.org"})),
    ];
    shop.page_sends(&silent);
    shop.server_sends(&[track("Order Completed", "message-track-3", &json!({"userId": "account-77120"}), &json!({}))]);
    // An event that is wrong is not kept either: it would be a trace of somebody who agreed to nothing.
    let wrong = json!({"type": "track", "messageId": "message-wrong-1", "anonymousId": "cookie-5f2c91"});
    let answer = shop.web.post("/v1/batch", &json!({"batch": [wrong]})).expect(200).json();
    assert_eq!(answer["rejected"][0]["code"], "EVENT_NAME_MISSING");
    // A refusal by somebody unknown leaves nothing to keep.
    let refusal = json!({"anonymous_id": "cookie-5f2c91", "purposes": {"site": false}});
    assert_eq!(shop.web.post("/v1/consent", &refusal).expect(200).json()["stored"], false);

    assert!(!shop.knows("anonymous_id:cookie-5f2c91") && !shop.knows("user_id:account-77120"));
    assert_eq!(shop.rejected(), Vec::<Value>::new());
    let status = shop.status();
    assert_eq!((&status["profiles"], &status["events"]), (&json!(0), &json!(0)), "{status}");
    let counted: u64 = status["anonymous"].as_object().unwrap().values().map(|count| count.as_u64().unwrap()).sum();
    assert!(counted >= 5, "page, two tracks, identify and the server's order are counted: {status}");

    let personal = [
        "cookie-5f2c91",
        "account-77120",
        "message-page-1",
        "message-track-",
        "message-identify-1",
        "message-wrong-1",
        "lemeur",
        "Anaelle",
        "boot-rare-42",
        "secret-referrer",
        "77.31",
    ];
    assert_eq!(bytes::found(shop.folder(), &personal), None, "while it runs");
    shop.server.stop();
    assert_eq!(bytes::found(shop.folder(), &personal), None, "after a stop");
    let log = shop.server.log();
    assert!(!personal.iter().any(|text| log.contains(text)), "{log}");

    // The counts are durable; the choice, once made, changes everything from then on.
    shop.start_again_at(at("2026-03-02 10:05"));
    assert_eq!(shop.status()["anonymous"], status["anonymous"]);
    shop.grant("anonymous_id:cookie-5f2c91", &["site"]);
    shop.page_sends(&silent[1..2]);
    assert_eq!(shop.count("anonymous_id:cookie-5f2c91", "Product Viewed"), 1);
}

/// proves COL-03: given eleven purposes of which two are granted, a read for any other is refused and logged.
#[test]
fn col_03_a_read_for_a_purpose_that_was_not_granted_is_refused_and_logged() {
    let shop = Shop::open();
    shop.define("trait", "seen_at", &json!({"holds": "text", "purpose": "location"}));
    shop.grant("anonymous_id:c1", &["site", "email"]);
    let traits = json!({"first_name": "Ana", "seen_at": "Brest"});
    shop.page_sends(&[identify("m1", &json!({"anonymousId": "c1", "userId": "ana"}), &traits)]);

    for purpose in PURPOSES {
        let answer = shop.read("user_id:ana", &format!("?purpose={purpose}"));
        if ["site", "email"].contains(&purpose) {
            let profile = answer.expect(200).json();
            assert_eq!(profile["traits"]["first_name"]["value"], "Ana", "{purpose}");
            assert!(profile["traits"].get("seen_at").is_none(), "{profile}");
        } else {
            let error = answer.expect(403).json();
            assert_eq!(error["error"]["code"], "NO_CONSENT", "{purpose}");
            assert!(!error.to_string().contains("Ana"), "{error}");
        }
    }
    // What needs a purpose of its own was not even kept.
    assert!(shop.export("user_id:ana")["profile"]["traits"].get("seen_at").is_none());
    assert!(!shop.export("user_id:ana").to_string().contains("Brest"));

    let accesses = accesses(&shop, "user_id:ana");
    for purpose in PURPOSES {
        let allowed = ["site", "email"].contains(&purpose);
        let of_purpose: Vec<&Value> = accesses.iter().filter(|access| access["purpose"] == purpose).collect();
        assert_eq!(of_purpose.len(), 1, "{purpose}: {accesses:?}");
        assert_eq!(of_purpose[0]["allowed"], allowed, "{purpose}");
        assert!(of_purpose[0]["key_id"].as_str().unwrap().starts_with("key_"));
    }

    // A withdrawal acts at once; a purpose that does not exist is an error and not a way around.
    shop.refuse("user_id:ana", &["email"]);
    assert_eq!(shop.read("user_id:ana", "?purpose=email").status, 403);
    assert_eq!(shop.read("user_id:ana", "?purpose=site").status, 200);
    assert_eq!(shop.read("user_id:ana", "?purpose=everything").expect(422).json()["code"], "UNKNOWN_PURPOSE");
}

/// A grant of one purpose alone is kept with its proof, and opens nothing else.
#[test]
fn a_grant_of_another_purpose_alone_is_kept_and_opens_nothing_else() {
    let shop = Shop::open();
    shop.grant("anonymous_id:c1", &["email"]);
    let viewed = track("Product Viewed", "m1", &json!({"anonymousId": "c1"}), &json!({"product_id": "boot-rare-42"}));
    shop.page_sends(&[viewed]);
    assert_eq!(shop.read("anonymous_id:c1", "?purpose=site").status, 403);
    let profile = shop.read("anonymous_id:c1", "?purpose=email").expect(200).json();
    assert_eq!(profile["consents"]["email"]["wording"], "banner-7");
    let timeline = shop.timeline("anonymous_id:c1");
    let names: Vec<&Value> = timeline.iter().map(|event| &event["event"]).collect();
    assert_eq!(names, ["Consent Updated"], "the view was counted only");
}

fn accesses(shop: &Shop, who: &str) -> Vec<Value> {
    let page = shop.read(who, "/accesses?limit=1000").expect(200).json();
    page["accesses"].as_array().unwrap().clone()
}

/// Every interaction that the shop can learn from, by the names that the field uses.
const CATALOG: &[&str] = &[
    "Products Searched",
    "Product List Viewed",
    "Product List Filtered",
    "Promotion Viewed",
    "Promotion Clicked",
    "Product Clicked",
    "Product Viewed",
    "Product Added",
    "Product Removed",
    "Cart Viewed",
    "Checkout Started",
    "Checkout Step Viewed",
    "Checkout Step Completed",
    "Payment Info Entered",
    "Order Updated",
    "Order Completed",
    "Order Refunded",
    "Order Cancelled",
    "Coupon Entered",
    "Coupon Applied",
    "Coupon Denied",
    "Coupon Removed",
    "Product Added to Wishlist",
    "Product Removed from Wishlist",
    "Wishlist Product Added to Cart",
    "Product Shared",
    "Cart Shared",
    "Product Reviewed",
    "Email Delivered",
    "Email Opened",
    "Email Link Clicked",
    "Email Bounced",
    "Email Marked as Spam",
    "Unsubscribed",
    "Time Spent",
    "Element Clicked",
    "Social Shared",
    "Store Locator Searched",
    "Feature Used",
    "Form Submitted",
    "Chat Started",
    "Call Received",
    "Store Purchase",
];

/// The ways in which an event can come.
const WAYS: [&str; 3] = ["web", "server", "loyalty-file"];

/// proves COL-06: given the event catalog, each sent by SDK, API and file has one schema with source, time and
/// session; resending changes nothing.
#[test]
fn col_06_every_interaction_by_sdk_api_and_file_is_one_schema_and_counts_once() {
    let shop = Shop::open();
    let source = json!({"kind": "file", "reliability": 0.9, "basis": "contract", "serves": ["site"]});
    shop.define("source", "loyalty-file", &source);
    let file = shop.key_for("secret", "loyalty-file");
    shop.grant("user_id:ana", &["site"]);
    let send_all = |sent_at: &str| {
        for (number, name) in CATALOG.iter().enumerate() {
            by_sdk(&shop.web, number, name, sent_at);
        }
        let events = |way: &str| -> Vec<Value> {
            CATALOG.iter().enumerate().map(|(number, name)| event(way, number, name)).collect()
        };
        send(&shop.secret, &events("server"));
        let lines = json!({"batch": events("loyalty-file"), "sentAt": sent_at});
        let answer = file.post("/v1/import", &lines).expect(200).json();
        let counted = ["kept", "known"].map(|what| answer["counts"][what].as_u64().unwrap());
        assert_eq!((counted.iter().sum(), answer.get("rejected")), (CATALOG.len() as u64, None), "{answer}");
    };
    send_all("2026-03-02T10:00:00.000Z");

    let timeline = shop.timeline("user_id:ana");
    for (number, name) in CATALOG.iter().enumerate() {
        for way in WAYS {
            let id = format!("{way}-{number}");
            let of_id: Vec<&Value> = timeline.iter().filter(|event| event["message_id"] == *id).collect();
            let [event] = of_id[..] else { panic!("{id} is there {} times", of_id.len()) };
            assert_eq!((&event["type"], &event["event"]), (&json!("track"), &json!(name)), "{id}");
            assert_eq!(event["source"], way, "{id}");
            assert_eq!(event["timestamp"], "2026-03-02T09:00:00Z", "{id}");
            assert_eq!(event["received_at"], "2026-03-02T10:00:00Z", "{id}");
            assert_eq!(event["session"], "visit-7", "{id}");
            assert_eq!(event["properties"]["number"], number, "{id}");
        }
    }
    let one_schema = |event: &Value| event.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    let tracks: Vec<&Value> = timeline.iter().filter(|event| event["properties"].get("number").is_some()).collect();
    assert!(tracks.iter().all(|event| one_schema(event) == one_schema(tracks[0])));
    assert_eq!(tracks.len(), CATALOG.len() * WAYS.len());

    // Clients send again with another `sentAt`; nothing changes, neither now nor a hundred days later.
    let (before, status) = (held(&shop), shop.status());
    send_all("2026-03-02T10:00:09.000Z");
    assert_eq!(held(&shop), before);
    assert_eq!(shop.status()["events"], status["events"]);
    shop.advance("100d");
    send_all("2026-06-10T10:00:00.000Z");
    assert_eq!(held(&shop)["events"], before["events"]);
}

/// What is held on Ana, but for the moment of asking and the list of who asked.
fn held(shop: &Shop) -> Value {
    let mut export = shop.export("user_id:ana");
    export["accesses"] = Value::Null;
    export["exported_at"] = Value::Null;
    export["profile"]["as_of"] = Value::Null;
    export
}

fn event(way: &str, number: usize, name: &str) -> Value {
    json!({
        "type": "track", "event": name, "messageId": format!("{way}-{number}"), "userId": "ana",
        "timestamp": "2026-03-02T09:00:00.000Z", "properties": {"number": number},
        "context": {"sessionId": "visit-7", "library": {"name": way}},
    })
}

/// As `@segment/analytics-next` sends: one event a request, the key in the body, JSON under `text/plain`.
fn by_sdk(client: &Client, number: usize, name: &str, sent_at: &str) {
    let mut body = event("web", number, name);
    body["writeKey"] = json!(testkit::process::WRITE_KEY);
    body["sentAt"] = json!(sent_at);
    body["timestamp"] = json!(sent_at.replace("T10:", "T09:"));
    let body = body.to_string().into_bytes();
    let headers = &[("content-type", "text/plain")];
    let answer = client.call(&Request { method: "POST", path: "/v1/t", headers, body: Some(&body) });
    assert_eq!(answer.expect(200).json(), json!({"success": true}));
}

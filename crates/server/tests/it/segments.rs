//! Definitions, segments, previews.

use serde_json::json;
use testkit::client::Request;

use crate::shop::{Shop, code, is};

/// Seven visitors, of whom the even ones ordered.
fn shop_with_orders() -> Shop {
    let shop = Shop::new();
    for n in 0..7 {
        let device = format!("a{n}");
        shop.consent(&device, &["site"]);
        let name = if n % 2 == 0 { "Order Completed" } else { "Product Viewed" };
        shop.send(&json!([{"type": "track", "event": name, "anonymousId": device, "properties": {"total": 10 * n}}]));
    }
    shop
}

fn define(shop: &Shop, name: &str, condition: &str) {
    let path = format!("/v1/definitions/segment/{name}?wait=true");
    let answer = shop.secret().put(&path, &json!({ "condition": condition })).expect(200).json();
    assert_eq!(answer["complete"], true);
}

#[test]
fn a_published_segment_knows_its_size_and_lists_its_members_by_pages() {
    let shop = shop_with_orders();
    define(&shop, "buyers", "events(\"Order Completed\").count() > 0");
    let segment = shop.secret().get("/v1/segments/buyers").expect(200).json();
    assert_eq!(
        (&segment["size"], &segment["complete"], &segment["filled_permille"]),
        (&json!(4), &json!(true), &json!(1_000))
    );
    let (mut members, mut from) = (Vec::new(), String::new());
    loop {
        let page = shop.secret().get(&format!("/v1/segments/buyers/members?limit=3{from}")).expect(200).json();
        assert_eq!(page["size"], 4);
        members
            .extend(page["members"].as_array().unwrap().iter().map(|one| one["profile"].as_str().unwrap().to_owned()));
        match page["next"].as_str() {
            Some(next) => from = format!("&from={next}"),
            None => break,
        }
    }
    let mut expected: Vec<String> = (0..7)
        .step_by(2)
        .map(|n| {
            shop.secret().get(&format!("/v1/profiles/anonymous_id:a{n}")).expect(200).json()["id"]
                .as_str()
                .unwrap()
                .to_owned()
        })
        .collect();
    members.sort();
    expected.sort();
    assert_eq!(members, expected);
    let list = shop.secret().get("/v1/segments").expect(200).json();
    assert_eq!(list["segments"].as_array().unwrap().len(), 1);
    assert_eq!(code(&shop.secret().get("/v1/segments/nothing")), is(404, "NOT_FOUND"));
    let foreign = shop.secret().get("/v1/segments/buyers/members?from=0.0.12345678");
    assert_eq!(code(&foreign), is(400, "BAD_CURSOR"));
}

#[test]
fn several_segments_are_counted_together() {
    let shop = shop_with_orders();
    define(&shop, "buyers", "events(\"Order Completed\").count() > 0");
    define(&shop, "big-spenders", "events(\"Order Completed\").sum(total) >= 40");
    let count = |all_of: &[&str]| shop.secret().post("/v1/segments/count", &json!({ "all_of": all_of }));
    assert_eq!(count(&["buyers", "big-spenders"]).expect(200).json(), json!({"count": 2, "complete": true}));
    assert_eq!(code(&count(&["buyers", "nothing"])), is(404, "NOT_FOUND"));
}

#[test]
fn a_preview_counts_a_draft_and_points_at_the_character_of_an_error() {
    let shop = shop_with_orders();
    let preview = |condition: &str| shop.secret().post("/v1/conditions/preview", &json!({ "condition": condition }));
    let answer = preview("events(\"Order Completed\").count() > 0").expect(200).json();
    assert_eq!(answer, json!({"count": 4, "complete": true, "low": 4, "high": 4, "sampled": 7}));
    let wrong = preview("profile.country = \"FR\"");
    assert_eq!(code(&wrong), is(422, "CONDITION_SYNTAX"));
    let error = &wrong.json()["error"];
    assert_eq!((&error["pointer"], &error["at"]), (&json!("/condition"), &json!(16)));
    for (condition, expected) in [
        (format!("{}true{}", "(".repeat(10_000), ")".repeat(10_000)), "CONDITION_TOO_LONG"),
        (vec!["true"; 100_000].join(" && "), "CONDITION_TOO_LONG"),
        (format!("{}true{}", "(".repeat(400), ")".repeat(400)), "CONDITION_TOO_DEEP"),
    ] {
        assert_eq!(code(&preview(&condition)), is(422, expected));
    }
}

#[test]
fn a_definition_is_read_changed_and_taken_away() {
    let shop = Shop::new();
    let secret = shop.secret();
    define(&shop, "buyers", "events(\"Order Completed\").count() > 0");
    define(&shop, "others", "!segment(\"buyers\")");
    let read = secret.get("/v1/definitions/segment/buyers").expect(200).json();
    assert_eq!((&read["kind"], &read["name"]), (&json!("segment"), &json!("buyers")));
    assert!(secret.get("/v1/definitions").expect(200).json()["definitions"].as_array().unwrap().len() > 20);
    assert_eq!(code(&secret.delete("/v1/definitions/segment/buyers")), is(409, "IN_USE"));
    assert_eq!(code(&secret.delete("/v1/definitions/purpose/site")), is(409, "BUILT_IN"));
    assert_eq!(code(&secret.get("/v1/definitions/wat/x")), is(404, "UNKNOWN_KIND"));
    assert_eq!(code(&secret.get("/v1/definitions/segment/x")), is(404, "NOT_DEFINED"));
    let circle = secret.put("/v1/definitions/segment/buyers", &json!({"condition": "segment(\"others\")"}));
    assert_eq!(code(&circle), is(422, "SEGMENT_CIRCLE"));
    _ = secret.delete("/v1/definitions/segment/others").expect(200);
    _ = secret.delete("/v1/definitions/segment/buyers").expect(200);
    assert_eq!(secret.get("/v1/segments").expect(200).json(), json!({"segments": []}));
}

#[test]
fn a_change_on_an_outdated_revision_is_refused() {
    let shop = Shop::new();
    define(&shop, "a", "true");
    let revision = shop.secret().get("/v1/definitions/segment/a").expect(200).json()["revision"].to_string();
    let put = |revision: &str, condition: &str| {
        let body = json!({ "condition": condition }).to_string().into_bytes();
        let headers = [("if-match", revision)];
        let path = "/v1/definitions/segment/a";
        shop.secret().call(&Request { method: "PUT", path, headers: &headers, body: Some(&body) })
    };
    _ = put(&revision, "false").expect(200);
    assert_eq!(code(&put(&revision, "true")), is(409, "CONFLICT"));
}

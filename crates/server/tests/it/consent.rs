//! Consent by its own call, and what it opens.

use serde_json::json;

use crate::shop::{Shop, code, is};

#[test]
fn a_choice_is_kept_with_its_words_and_the_next_event_counts() {
    let shop = Shop::new();
    let page = || json!([{"type": "page", "anonymousId": "a1"}]);
    shop.send(&page());
    assert_eq!(shop.secret().get("/v1/profiles/anonymous_id:a1").status, 404, "nothing was kept");
    let body =
        json!({"anonymous_id": "a1", "purposes": {"site": true, "email": false}, "wording": "v7", "language": "fr"});
    let answer = shop.write().post("/v1/consent", &body).expect(200).json();
    assert_eq!(answer["stored"], true);
    assert_eq!(answer["purposes"]["email"]["granted"], false);
    let site = &answer["purposes"]["site"];
    assert_eq!((&site["granted"], &site["wording"], &site["language"]), (&json!(true), &json!("v7"), &json!("fr")));
    assert_eq!((&site["means"], &site["source"]), (&json!("call"), &json!("web")));
    shop.advance_ms(1);
    shop.send(&page());
    assert_eq!(shop.events("anonymous_id:a1"), ["page", "Consent Updated"]);
    assert_eq!(shop.secret().get("/v1/status").expect(200).json()["anonymous"], json!({"page": 1}));
}

#[test]
fn a_refusal_by_nobody_known_leaves_nothing() {
    let shop = Shop::new();
    let refusal = json!({"anonymousId": "a1", "purposes": {"site": false}});
    assert_eq!(shop.write().post("/v1/consent", &refusal).expect(200).json(), json!({"purposes": {}, "stored": false}));
    assert_eq!(shop.secret().get("/v1/profiles/anonymous_id:a1").status, 404);
}

#[test]
fn a_withdrawal_acts_on_the_next_call() {
    let shop = Shop::new();
    shop.consent("a1", &["site"]);
    shop.advance_ms(1);
    let refusal = json!({"anonymous_id": "a1", "purposes": {"site": false}});
    assert_eq!(shop.write().post("/v1/consent", &refusal).expect(200).json()["stored"], true);
    assert_eq!(code(&shop.secret().get("/v1/profiles/anonymous_id:a1")), is(403, "NO_CONSENT"));
    shop.send(&json!([{"type": "page", "anonymousId": "a1"}]));
    assert!(!shop.events("anonymous_id:a1").contains(&"page".to_owned()));
}

#[test]
fn a_grant_that_ends_opens_nothing_from_that_moment() {
    let shop = Shop::new();
    let grant =
        json!({"anonymous_id": "a1", "purposes": {"site": true, "ads": false}, "until": "2026-03-02T12:00:00Z"});
    let answer = shop.write().post("/v1/consent", &grant).expect(200).json();
    assert_eq!(answer["purposes"]["site"]["until"], "2026-03-02T12:00:00Z");
    assert_eq!(answer["purposes"]["ads"]["until"], json!(null), "a denial has no end");
    shop.advance_ms(119 * 60_000);
    shop.send(&json!([{"type": "track", "event": "At 11:59", "anonymousId": "a1", "userId": "ana"}]));
    assert_eq!(shop.events("user_id:ana"), ["At 11:59", "Consent Updated"]);
    shop.advance_ms(60_000);
    shop.send(&json!([
        {"type": "track", "event": "At 12:00 on the device", "anonymousId": "a1"},
        {"type": "track", "event": "At 12:00 in the account", "userId": "ana"},
    ]));
    assert_eq!(shop.secret().get("/v1/status").expect(200).json()["anonymous"], json!({"track": 2}));
    assert_eq!(code(&shop.secret().get("/v1/profiles/user_id:ana")), is(403, "NO_CONSENT"));
    assert_eq!(shop.events("user_id:ana"), ["At 11:59", "Consent Updated"]);
    shop.consent("a1", &["site"]);
    shop.send(&json!([{"type": "track", "event": "Granted anew", "anonymousId": "a1"}]));
    assert!(shop.events("user_id:ana").contains(&"Granted anew".to_owned()));
}

#[test]
fn a_grant_cannot_have_ended_before_it_is_made() {
    let shop = Shop::new();
    for (at, until) in [
        ("2026-03-02T10:00:00Z", "2026-03-02T10:00:00Z"),
        ("2026-03-02T10:00:00Z", "2026-03-01T10:00:00Z"),
        ("2026-03-01T00:00:00Z", "2026-03-02T09:59:59Z"),
        ("2026-03-02T10:30:00Z", "2026-03-02T10:30:00Z"),
    ] {
        let grant = json!({"anonymous_id": "a1", "purposes": {"site": true}, "at": at, "until": until});
        let answer = shop.write().post("/v1/consent", &grant);
        assert_eq!(code(&answer), is(422, "VALIDATION"), "{grant}");
        let error = &answer.json()["error"];
        assert_eq!(error["pointer"], "/until");
        assert!(error["message"].as_str().unwrap().contains("`until`"), "{error}");
    }
    assert_eq!(shop.secret().get("/v1/profiles/anonymous_id:a1").status, 404);
}

#[test]
fn a_page_names_a_person_by_its_own_ids_only_and_sees_its_own_purposes_only() {
    let shop = Shop::new();
    let by_email = json!({"identifiers": {"email": "ana@example.org"}, "purposes": {"site": true}});
    assert_eq!(code(&shop.write().post("/v1/consent", &by_email)), is(403, "KEY_KIND"));
    assert_eq!(shop.secret().post("/v1/consent", &by_email).expect(200).json()["stored"], true);
    shop.consent("a1", &["site", "email"]);
    let again = json!({"anonymous_id": "a1", "purposes": {"sms": true}});
    let seen = shop.write().post("/v1/consent", &again).expect(200).json();
    assert_eq!(seen["purposes"].as_object().unwrap().keys().collect::<Vec<_>>(), ["sms"]);
    let all = shop.secret().post("/v1/consent", &again).expect(200).json();
    assert_eq!(all["purposes"].as_object().unwrap().len(), 3);
}

#[test]
fn what_the_call_cannot_mean_is_refused() {
    let shop = Shop::new();
    for (body, expected) in [
        (json!({"anonymous_id": "a", "purposes": {}}), is(422, "EMPTY")),
        (json!({"anonymous_id": "a", "purposes": {"world": true}}), is(422, "UNKNOWN_PURPOSE")),
        (json!({"purposes": {"site": true}}), is(422, "NO_IDENTIFIER")),
        (json!({"anonymous_id": "null", "purposes": {"site": true}}), is(422, "NO_IDENTIFIER")),
        (
            json!({"anonymous_id": "a", "purposes": {"site": true}, "at": "2026-03-09T00:00:00Z"}),
            is(422, "TIMESTAMP_FUTURE"),
        ),
    ] {
        assert_eq!(code(&shop.write().post("/v1/consent", &body)), expected, "{body}");
    }
}

#[test]
fn of_what_is_done_after_a_refusal_only_the_refusal_is_kept_and_once() {
    let shop = Shop::new();
    shop.consent("a1", &["site"]);
    let did = |event: &str| {
        let context = json!({"consent": {"categoryPreferences": {"site": false}}});
        json!({"type": "track", "event": event, "anonymousId": "a1", "properties": {"product_id": "b"}, "context": context})
    };
    for events in [json!([did("Product Viewed"), did("Product Added")]), json!([did("Checkout Started")])] {
        shop.advance_ms(1);
        shop.send(&events);
    }
    assert_eq!(shop.events("anonymous_id:a1"), ["Consent Updated", "Consent Updated"], "the grant and its end");
    assert_eq!(shop.secret().get("/v1/status").expect(200).json()["anonymous"], json!({"track": 2}));
}

//! A page proves whose account it names, where the shop demands it. A public key stands in every page, so anybody can
//! write a page that names somebody else's account.

use serde_json::{Value, json};

use crate::{
    deciding::{call, experience, gist, one, open, showing},
    shop::{Shop, track, with},
};

/// A shop in which Ana, who has an account, bought boots.
fn shop() -> Shop {
    let shop = open();
    let bought = r#"events("Order Completed").count() > 0"#;
    experience(&shop, "owners", &showing("boots", bought, &json!({})));
    shop.grant("user_id:ana", &["site"]);
    shop.server_sends(&[track("Order Completed", "o1", &json!({"userId": "ana"}), &json!({}))]);
    shop
}

fn demand(shop: &Shop) {
    shop.define("setting", "identity_tokens", &json!({"value": "required"}));
}

fn token(shop: &Shop, path: &str, person: &str) -> String {
    let signed = shop.secret.post(path, &json!({"person": person, "ttl_s": 600})).expect(200).json();
    signed["token"].as_str().unwrap().to_owned()
}

fn shown_to(shop: &Shop, body: &Value) -> String {
    gist(&one(&shop.web, body))
}

#[test]
fn where_tokens_are_demanded_another_persons_account_selects_nobody() {
    let shop = shop();
    let ana = json!({"user_id": "ana"});
    assert_eq!(shown_to(&shop, &ana), "owners/a because SPLIT", "a page is believed unless the shop demands");
    demand(&shop);
    assert_eq!(shown_to(&shop, &ana), "-/- because NO_DATA");
    assert_eq!(gist(&one(&shop.secret, &ana)), "owners/a because SPLIT", "the shop's own server is believed");

    let proof = token(&shop, "/v1/identity/tokens", "user_id:ana");
    assert_eq!(shown_to(&shop, &json!({"identity_token": proof})), "owners/a because SPLIT");
    assert_eq!(shown_to(&shop, &json!({"user_id": "ana", "identity_token": proof})), "owners/a because SPLIT");
    shop.advance("600s");
    // A page that was left open goes on, for whoever it is.
    assert_eq!(shown_to(&shop, &json!({"user_id": "ana", "identity_token": proof})), "-/- because NO_DATA");
    let forged = call(&shop.web, &json!({"placements": ["home"], "identity_token": format!("A{proof}")}));
    assert_eq!((forged.status, forged.json()["code"].as_str()), (403, Some("BAD_TOKEN")));
    assert_eq!(forged.json()["error"]["pointer"], "/identity_token");
}

#[test]
fn a_link_that_was_forwarded_proves_nothing() {
    let shop = shop();
    demand(&shop);
    let link = token(&shop, "/v1/identity/links", "user_id:ana");
    let refused = call(&shop.web, &json!({"placements": ["home"], "identity_token": link}));
    assert_eq!((refused.status, refused.json()["code"].as_str()), (403, Some("BAD_TOKEN")));
}

#[test]
fn events_of_a_page_that_proves_nothing_do_not_join_the_account() {
    let shop = shop();
    demand(&shop);
    shop.grant("anonymous_id:stranger", &["site"]);
    shop.grant("anonymous_id:laptop", &["site"]);
    let event = |id: &str, device: &str, context: Value| {
        json!({
            "type": "track", "event": "Product Viewed", "messageId": id, "anonymousId": device, "userId": "ana",
            "context": context,
        })
    };
    let proof = token(&shop, "/v1/identity/tokens", "user_id:ana");
    shop.page_sends(&[event("m1", "stranger", json!({})), event("m2", "laptop", json!({"identity_token": proof}))]);
    assert_ne!(shop.id("anonymous_id:stranger"), shop.id("user_id:ana"));
    assert_eq!(shop.id("anonymous_id:laptop"), shop.id("user_id:ana"));
    assert_eq!(shop.count("user_id:ana", "Product Viewed"), 1);
    assert!(!shop.export("user_id:ana").to_string().contains(&proof), "the token is not kept");
}

#[test]
fn an_event_of_a_page_that_names_an_unproven_account_and_nothing_else_is_refused_and_told() {
    let shop = shop();
    let event = |id: &str, who: Value| track("Product Viewed", id, &who, &json!({}));
    let ana = event("m2", json!({"userId": "ana"}));
    let events = json!({"batch": [
        {"type": "track", "messageId": "m1", "userId": "ana"}, ana, event("m3", json!({"anonymousId": "laptop"})), ana,
    ]});
    demand(&shop);
    let before = shop.timeline("user_id:ana").len();
    let refused = shop.web.post("/v1/batch", &events).expect(200).json();
    let gist = |item: &Value| (item["index"].as_u64().unwrap(), item["code"].as_str().unwrap().to_owned());
    let refused: Vec<_> = refused["rejected"].as_array().unwrap().iter().map(gist).collect();
    let not_proven = "IDENTITY_NOT_PROVEN".to_owned();
    assert_eq!(refused, [(0, "EVENT_NAME_MISSING".to_owned()), (1, not_proven.clone()), (3, not_proven)]);
    let alone = shop.web.post("/v1/track", &ana).expect(200).json();
    assert_eq!(
        (&alone["rejected"][0]["messageId"], &alone["rejected"][0]["code"]),
        (&json!("m2"), &json!("IDENTITY_NOT_PROVEN"))
    );
    assert_eq!(shop.timeline("user_id:ana").len(), before);
    shop.server_sends(&[ana]);
    assert_eq!(shop.timeline("user_id:ana").len(), before + 1, "the shop's own server is believed");
}

#[test]
fn nobody_chooses_for_an_account_that_a_page_does_not_prove() {
    let shop = shop();
    demand(&shop);
    let withdrawn = json!({"user_id": "ana", "purposes": {"site": false}});
    let refused = shop.web.post("/v1/consent", &withdrawn);
    assert_eq!((refused.status, refused.json()["error"]["pointer"].as_str()), (403, Some("/identity_token")));
    assert_eq!(shop.profile("user_id:ana")["consents"]["site"]["granted"], true);
    let proof = token(&shop, "/v1/identity/tokens", "user_id:ana");
    _ = shop.web.post("/v1/consent", &with(&withdrawn, &json!({"identity_token": proof}))).expect(200);
    assert_eq!(gist(&one(&shop.secret, &json!({"user_id": "ana"}))), "-/- because NO_CONSENT");
}

/// A page may stand open for longer than its token is good: that must not keep anybody from taking a grant back.
#[test]
fn a_choice_with_a_token_that_is_over_is_one_without_proof() {
    let shop = shop();
    let proof = token(&shop, "/v1/identity/tokens", "user_id:ana");
    let choice = |who: Value, granted: bool| {
        shop.web.post("/v1/consent", &with(&who, &json!({"purposes": {"site": granted}, "identity_token": proof})))
    };
    let decided = || gist(&one(&shop.secret, &json!({"user_id": "ana"})));
    _ = choice(json!({}), false).expect(200);
    assert_eq!(decided(), "-/- because NO_CONSENT", "the token alone says whose choice it is");
    shop.advance("600s");
    _ = choice(json!({"user_id": "ana"}), true).expect(200);
    assert_eq!(decided(), "owners/a because SPLIT", "a page is believed unless the shop demands");
    demand(&shop);
    shop.advance("1s");
    _ = choice(json!({"user_id": "ana", "anonymous_id": "tablet"}), true).expect(200);
    assert_eq!(shop.profile("anonymous_id:tablet")["consents"]["site"]["granted"], true);
    assert_ne!(shop.id("anonymous_id:tablet"), shop.id("user_id:ana"), "the choice is the device's");
    let refused = choice(json!({"user_id": "ana"}), false);
    assert_eq!((refused.status, refused.json()["error"]["pointer"].as_str()), (403, Some("/identity_token")));
    let forged = json!({"anonymous_id": "tablet", "purposes": {"site": false}, "identity_token": format!("A{proof}")});
    assert_eq!(shop.web.post("/v1/consent", &forged).expect(403).json()["code"], "BAD_TOKEN");
}

/// What a call proves, it proves for its events.
#[test]
fn the_events_of_a_call_are_of_the_account_that_it_proves() {
    let shop = shop();
    demand(&shop);
    let proof = token(&shop, "/v1/identity/tokens", "user_id:ana");
    let seen = json!({"type": "track", "event": "Seen", "messageId": "s1"});
    let body = json!({"user_id": "ana", "identity_token": proof, "placements": ["home"], "events": [seen]});
    let answer = call(&shop.web, &body).expect(200).json();
    assert_eq!((answer.get("refused"), shop.count("user_id:ana", "Seen")), (None, 1), "{answer}");
    let without = with(
        &body,
        &json!({"identity_token": null, "events": [{"type": "track", "event": "Seen", "messageId": "s2"}]}),
    );
    let answer = call(&shop.web, &without).expect(200).json();
    assert_eq!(answer["refused"][0]["code"], "IDENTITY_NOT_PROVEN", "{answer}");
}

#[test]
fn the_setting_has_two_values() {
    let shop = shop();
    let refused = shop.secret.put("/v1/definitions/setting/identity_tokens", &json!({"value": "always"}));
    assert_eq!((refused.status, refused.json()["error"]["pointer"].as_str()), (422, Some("/value")));
}

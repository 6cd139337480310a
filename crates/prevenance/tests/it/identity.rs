//! Section B of the requirements: who is one person, and who is not.

use serde_json::{Value, json};
use testkit::client::Client;

use crate::shop::{Shop, at, identify, send, track, with};

/// proves IDN-02: given a login, by hand or automatic, the device's anonymous history attaches if its purposes allow.
#[test]
fn idn_02_login_joins_the_anonymous_history_that_consent_let_be_kept() {
    let shop = Shop::open();
    shop.grant("anonymous_id:laptop", &["site"]);
    let viewed = |id: &str, device: &str| {
        track("Product Viewed", id, &json!({"anonymousId": device}), &json!({"product_id": id}))
    };
    shop.page_sends(&[viewed("before-login", "laptop"), viewed("before-login-2", "laptop")]);
    assert_eq!(shop.timeline("anonymous_id:laptop").len(), 3, "the consent and two views");
    assert!(!shop.knows("user_id:ana"));

    // By hand: an identify at the login form.
    let traits = json!({"first_name": "Ana"});
    shop.page_sends(&[identify("login", &json!({"anonymousId": "laptop", "userId": "ana"}), &traits)]);
    assert_eq!(shop.id("user_id:ana"), shop.id("anonymous_id:laptop"));
    assert_eq!(shop.count("user_id:ana", "Product Viewed"), 2);
    assert_eq!(shop.profile("anonymous_id:laptop")["traits"]["first_name"]["value"], "Ana");

    // By itself: the phone's app has a session, so its next event carries both ids.
    shop.grant("anonymous_id:phone", &["site"]);
    shop.page_sends(&[viewed("on-the-phone", "phone")]);
    assert_ne!(shop.id("user_id:ana"), shop.id("anonymous_id:phone"));
    let both = json!({"anonymousId": "phone", "userId": "ana"});
    shop.page_sends(&[track("Order Completed", "first-order", &both, &json!({"total": 40}))]);
    assert_eq!(shop.id("user_id:ana"), shop.id("anonymous_id:phone"));
    assert_eq!(shop.count("user_id:ana", "Product Viewed"), 3);

    // Where the device's person had not agreed, there is no history to attach, and none appears.
    shop.page_sends(&[viewed("without-consent", "tablet")]);
    shop.grant("anonymous_id:kiosk", &["measurement"]);
    shop.page_sends(&[viewed("for-measurement-only", "kiosk")]);
    for device in ["tablet", "kiosk"] {
        let login = json!({"anonymousId": device, "userId": "ana"});
        shop.page_sends(&[identify(&format!("login-{device}"), &login, &json!({}))]);
        assert_eq!(shop.id("user_id:ana"), shop.id(&format!("anonymous_id:{device}")));
    }
    assert_eq!(shop.count("user_id:ana", "Product Viewed"), 3);
}

/// proves IDN-04: given two people on one phone, two profiles, and the device is linked to both.
#[test]
fn idn_04_two_people_on_one_phone_are_two_profiles_and_the_device_is_linked_to_both() {
    let shop = Shop::open();
    let app = shop.key_for("public", "app");
    shop.grant("user_id:ana", &["site"]);
    shop.grant("user_id:ben", &["site"]);
    let on_phone = |who: &str| json!({"userId": who, "anonymousId": "install-1", "context": {"device": {"id": "IDFV-77", "type": "ios"}}});
    for (who, name) in [("ana", "Ana"), ("ben", "Ben")] {
        let opened = json!({"type": "screen", "name": "Home", "messageId": format!("screen-{who}")});
        send(
            &app,
            &[
                identify(&format!("login-{who}"), &on_phone(who), &json!({"first_name": name})),
                with(&opened, &on_phone(who)),
                track("Order Completed", &format!("order-{who}"), &on_phone(who), &json!({"total": 40})),
            ],
        );
    }
    let (ana, ben) = (shop.profile("user_id:ana"), shop.profile("user_id:ben"));
    assert_ne!(ana["id"], ben["id"]);
    assert_eq!(
        (&ana["traits"]["first_name"]["value"], &ben["traits"]["first_name"]["value"]),
        (&json!("Ana"), &json!("Ben"))
    );
    assert_eq!((shop.count("user_id:ana", "Order Completed"), shop.count("user_id:ben", "Order Completed")), (1, 1));
    for profile in [&ana, &ben] {
        let device = identifier(profile, "mobile_id");
        assert_eq!((&device["value"], &device["hold"]), (&json!("IDFV-77"), &json!("shared")), "{profile}");
    }
    // Each later event is its own person's, whoever held the phone last.
    send(&app, &[track("Order Completed", "order-ana-2", &on_phone("ana"), &json!({"total": 10}))]);
    assert_eq!((shop.count("user_id:ana", "Order Completed"), shop.count("user_id:ben", "Order Completed")), (2, 1));
}

/// proves IDN-06: given cookie A, app B and store card C that share a verified e-mail, a purchase with C in the store
/// makes one profile with all events, seen by the very next read.
#[test]
fn idn_06_cookie_app_and_card_with_one_verified_email_are_one_profile_at_once() {
    let shop = Shop::open();
    let (app, till) = (shop.key_for("public", "app"), shop.key_for("secret", "till"));
    let verified = json!({"email": "Ana@Example.org", "email_verified": true});
    shop.grant("anonymous_id:cookie-a", &["site"]);
    shop.grant("anonymous_id:app-b", &["site"]);
    shop.page_sends(&[track("Product Viewed", "web-1", &json!({"anonymousId": "cookie-a"}), &json!({}))]);
    let in_app = json!({"anonymousId": "app-b", "context": {"device": {"id": "mobile-b"}}});
    send(&app, &[track("Product Added", "app-1", &in_app, &json!({}))]);
    // The person clicked the confirmation mail on each; the shop's server says so.
    shop.server_sends(&[identify("web-2", &json!({"anonymousId": "cookie-a"}), &verified)]);
    shop.server_sends(&[identify("app-2", &json!({"anonymousId": "app-b"}), &verified)]);

    let purchase = json!({"total": 129, "loyalty_card": "C-1001", "email": "ana@example.org", "email_verified": true});
    send(&till, &[track("Order Completed", "till-1", &json!({}), &purchase)]);
    let timeline = shop.timeline("loyalty_card:C-1001");
    let seen: Vec<&str> = timeline.iter().map(|event| event["message_id"].as_str().unwrap()).collect();
    for id in ["web-1", "web-2", "app-1", "app-2", "till-1"] {
        assert_eq!(seen.iter().filter(|seen| **seen == id).count(), 1, "{id} in {seen:?}");
    }
    let id = shop.id("loyalty_card:C-1001");
    for who in ["anonymous_id:cookie-a", "anonymous_id:app-b", "mobile_id:mobile-b", "email:ana@example.org"] {
        assert_eq!(shop.id(who), id, "{who}");
    }
    // The same address that nobody verified proves nothing.
    shop.grant("anonymous_id:stranger", &["site"]);
    let claimed = json!({"email": "ana@example.org", "email_verified": true});
    shop.page_sends(&[identify("stranger-1", &json!({"anonymousId": "stranger"}), &claimed)]);
    assert_ne!(shop.id("anonymous_id:stranger"), id);
}

/// proves IDN-07: given a signed e-mail link opened on a new device, the link is probable, and no personal fact is
/// shown until login.
#[test]
fn idn_07_a_signed_link_on_a_new_device_is_probable_until_login() {
    let shop = Shop::open();
    shop.grant("anonymous_id:laptop", &["site", "email"]);
    let traits = json!({"first_name": "Ana", "email": "ana@example.org"});
    shop.page_sends(&[identify("m1", &json!({"anonymousId": "laptop", "userId": "ana"}), &traits)]);
    let before = shop.profile("user_id:ana");
    let link = json!({"person": "user_id:ana", "ttl_s": 86_400});
    let link = shop.secret.post("/v1/identity/links", &link).expect(200).json();
    let token = link["token"].as_str().unwrap();
    assert!(!token.contains("ana"), "a link travels; it shows nobody");

    shop.grant("anonymous_id:new-phone", &["site"]);
    let clicked = |id: &str, device: &str, token: &str| json!({"type": "page", "messageId": id, "anonymousId": device, "context": {"identity_link": token}});
    shop.page_sends(&[clicked("clicked", "new-phone", token)]);
    let stranger = shop.profile("anonymous_id:new-phone");
    assert_ne!(stranger["id"], before["id"]);
    assert_eq!(identifier(&stranger, "user_id")["hold"], "probable");
    assert_eq!(stranger["traits"], json!({}));
    assert!(!shop.export("anonymous_id:new-phone").to_string().contains("Ana"));
    assert!(!shop.export("anonymous_id:new-phone").to_string().contains("ana@example.org"));
    assert_eq!(shop.profile("user_id:ana")["identifiers"], before["identifiers"]);
    // A token that was altered, or is over, says nothing at all.
    shop.grant("anonymous_id:other", &["site"]);
    shop.page_sends(&[clicked("altered", "other", &format!("{token}A"))]);
    shop.advance("1d");
    shop.page_sends(&[clicked("late", "other", token)]);
    let other = shop.profile("anonymous_id:other");
    assert!(other["identifiers"].as_array().unwrap().iter().all(|held| held["namespace"] != "user_id"), "{other}");

    shop.page_sends(&[identify("login", &json!({"anonymousId": "new-phone", "userId": "ana"}), &json!({}))]);
    let joined = shop.profile("anonymous_id:new-phone");
    assert_eq!((&joined["id"], &joined["traits"]["first_name"]["value"]), (&before["id"], &json!("Ana")));
    assert!(shop.timeline("user_id:ana").iter().any(|event| event["message_id"] == "clicked"));
}

/// proves IDN-09 (one profile): given one person on phone and laptop in the same minute, both are the same profile in
/// every part, so that whatever is decided from it is decided once.
#[test]
fn idn_09_phone_and_laptop_of_one_person_in_the_same_minute_are_one_profile() {
    let shop = Shop::open();
    shop.segment("buyers", r#"events("Order Completed").count() > 0"#);
    shop.segment("two-screens", r#"events("Product Viewed").distinct(screen) == 2"#);
    let (phone, laptop) = (shop.server.write(), shop.server.write());
    shop.grant("anonymous_id:phone", &["site"]);
    shop.grant("anonymous_id:laptop", &["site"]);
    // Both at once, not one after the other: their events meet in any order.
    std::thread::scope(|scope| {
        for (device, client) in [("phone", &phone), ("laptop", &laptop)] {
            scope.spawn(move || minute_on(client, device));
        }
    });
    let read = |who: &str| shop.profile(who);
    let profile = read("user_id:ana");
    assert_eq!(read("anonymous_id:phone"), profile);
    assert_eq!(read("anonymous_id:laptop"), profile);
    assert_eq!(profile["segments"], json!(["buyers", "two-screens"]));
    assert_eq!(shop.count("user_id:ana", "Product Viewed"), 20);
    assert_eq!(shop.count("user_id:ana", "Order Completed"), 2);
    assert_eq!(shop.status()["profiles"], 1);
}

fn minute_on(client: &Client, device: &str) {
    let who = json!({"anonymousId": device, "userId": "ana"});
    send(
        client,
        &[track("Product Viewed", &format!("{device}-0"), &json!({"anonymousId": device}), &json!({"screen": device}))],
    );
    send(client, &[identify(&format!("{device}-login"), &who, &json!({"first_name": "Ana"}))]);
    for number in 1..10 {
        let view = track("Product Viewed", &format!("{device}-{number}"), &who, &json!({"screen": device}));
        send(client, &[view]);
    }
    send(client, &[track("Order Completed", &format!("{device}-order"), &who, &json!({"total": 40}))]);
}

/// Values that clients send where they have nothing identify nobody, or half the shop would be one person.
#[test]
fn placeholders_identify_nobody() {
    let shop = Shop::open();
    for (number, nobody) in
        [json!("null"), json!("undefined"), json!("0"), json!(""), json!(null), json!("  "), json!("-1")]
            .iter()
            .enumerate()
    {
        let device = format!("device-{number}");
        shop.grant(&format!("anonymous_id:{device}"), &["site"]);
        shop.page_sends(&[identify(
            &format!("m{number}"),
            &json!({"anonymousId": device, "userId": nobody}),
            &json!({}),
        )]);
    }
    // An alias to itself, as a browser sends it after a login.
    let alias =
        json!({"type": "alias", "messageId": "self", "anonymousId": "device-1", "userId": "x", "previousId": "x"});
    shop.page_sends(&[alias]);
    assert_eq!(shop.status()["profiles"], 7);
}

/// A withdrawal is in force at the next request, and outlives a power cut.
#[test]
fn a_withdrawal_is_in_force_at_the_next_request_and_after_a_crash() {
    let mut shop = Shop::open();
    shop.grant("anonymous_id:c1", &["site"]);
    let view = |id: &str| track("Product Viewed", id, &json!({"anonymousId": "c1"}), &json!({}));
    shop.page_sends(&[view("m1")]);
    shop.refuse("anonymous_id:c1", &["site"]);
    shop.page_sends(&[view("m2")]);
    assert_eq!(shop.read("anonymous_id:c1", "").expect(403).json()["code"], "NO_CONSENT");
    shop.server.kill9();
    shop.start_again_at(at("2026-03-02 10:01"));
    shop.page_sends(&[view("m3")]);
    assert_eq!(shop.count("anonymous_id:c1", "Product Viewed"), 1);
}

/// The identifier of a namespace on a profile.
pub(crate) fn identifier(profile: &Value, namespace: &str) -> Value {
    let held = profile["identifiers"].as_array().unwrap();
    held.iter()
        .find(|held| held["namespace"] == namespace)
        .unwrap_or_else(|| panic!("no {namespace}: {profile}"))
        .clone()
}

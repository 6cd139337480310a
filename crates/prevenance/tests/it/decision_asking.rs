//! Who may ask for decisions, for whom, and what a call says of the person.

use serde_json::{Value, json};
use testkit::process::Options;

use crate::{
    deciding::{call, content, decide, experience, gist, one, one_from, open, placement, publish, showing, shown},
    shop::{Shop, granting, identify, with},
};

/// Looking is not showing: a preview says what would be shown, and leaves no trace.
#[test]
fn a_preview_keeps_nothing_and_counts_for_nothing() {
    let shop = open();
    experience(&shop, "walk", &showing("boots", "true", &json!({"caps": [{"most": 1, "per": "1d"}]})));
    shop.grant("user_id:ana", &["site"]);
    let preview = json!({"user_id": "ana", "preview": true, "explain": true});
    for _ in 0..3 {
        let seen = one(&shop.secret, &preview);
        assert_eq!((gist(&seen), seen.get("id")), ("walk/a because SPLIT".into(), None));
        assert_eq!(seen["grounds"]["evidence"], json!([]));
    }
    assert_eq!(shop.export("user_id:ana")["decisions"], json!([]));
    assert_eq!(gist(&one(&shop.secret, &json!({"preview": true, "nonce": "n"}))), "walk/a because SPLIT");
    assert!(shop.status()["anonymous"].get("decision:walk/a").is_none(), "nor for nobody: {}", shop.status());
    assert_eq!(one(&shop.secret, &json!({"user_id": "ana"}))["reason"], "SPLIT");
    assert_eq!(one(&shop.secret, &preview)["reason"], "CAPPED");
    let body = json!({"user_id": "ana", "placements": ["home"], "preview": true});
    let page = call(&shop.web, &body).expect(403).json();
    assert_eq!((&page["code"], &page["error"]["pointer"]), (&json!("KEY_KIND"), &json!("/preview")));
    let with_events = with(&body, &json!({"events": [{"type": "track"}]}));
    let refused = call(&shop.secret, &with_events).expect(422).json();
    assert_eq!((&refused["code"], &refused["error"]["pointer"]), (&json!("CONTRADICTION"), &json!("/events")));
}

/// Somebody else at a known device is not its owner: what the owner would be shown is not theirs.
#[test]
fn an_account_that_nobody_knows_is_not_the_owner_of_the_device() {
    let shop = open();
    experience(&shop, "mine", &showing("boots", r#"profile.city == "Brest""#, &json!({})));
    let ana = json!({"userId": "ana", "anonymousId": "tablet", "context": granting(&["site"])});
    shop.page_sends(&[identify("i", &ana, &json!({"city": "Brest"}))]);
    let ask = |body: Value| gist(&one(&shop.web, &body));
    let nobody = "-/- because NO_DATA";
    assert_eq!(ask(json!({"anonymous_id": "tablet"})), "mine/a because SPLIT");
    assert_eq!(ask(json!({"anonymous_id": "tablet", "user_id": "ana"})), "mine/a because SPLIT");
    assert_eq!(ask(json!({"anonymous_id": "tablet", "user_id": "bob"})), nobody);
    // The events of such a call are those of bob.
    let seen = json!({"type": "track", "event": "Seen", "messageId": "s", "context": granting(&["site"])});
    _ = ask(json!({"anonymous_id": "tablet", "user_id": "bob", "events": [seen]}));
    assert_eq!((shop.count("user_id:bob", "Seen"), shop.count("user_id:ana", "Seen")), (1, 0));
}

/// With the key of a page everybody can name any account: what is said behind a login, in a mail, at the till is said
/// to nobody who cannot prove whose account it is.
#[test]
fn a_page_is_told_what_calls_by_name_only_with_proof() {
    let shop = open();
    publish(
        &shop,
        &json!({
            "placement": {"own": placement("account", "hello"), "mail": placement("email", "hello")},
            "content": {"hello": content(&json!({"en": {"text": "Hello."}})),
                        "named": content(&json!({"en": {"text": r#"Hello {{ profile.first_name | "you" }}."#}}))},
            "experience": {"named": showing("named", "true", &json!({"placements": ["own", "mail"]}))},
        }),
    );
    let who = json!({"userId": "ana", "context": granting(&["site", "email"])});
    shop.page_sends(&[identify("i", &who, &json!({"first_name": "Marie"}))]);
    let text = |answer: &Value| answer["decisions"][0]["contents"][0]["payload"]["text"].clone();
    let own = json!({"user_id": "ana", "placements": ["own"]});
    assert_eq!(text(&decide(&shop.secret, &own)), "Hello Marie.");
    assert_eq!(text(&decide(&shop.web, &own)), "Hello you.");
    let token = shop.secret.post("/v1/identity/tokens", &json!({"person": "user_id:ana", "ttl_s": 600}));
    let token = token.expect(200).json()["token"].clone();
    let proven = with(&own, &json!({"identity_token": token}));
    assert_eq!(text(&decide(&shop.web, &proven)), "Hello Marie.");
    // What proves one account proves no other, neither the one that is named nor that of the device.
    let laptop = json!({"userId": "ana", "anonymousId": "laptop"});
    shop.page_sends(&[identify("i2", &laptop, &json!({}))]);
    let other = shop.secret.post("/v1/identity/tokens", &json!({"person": "user_id:ben", "ttl_s": 600}));
    let other = other.expect(200).json()["token"].clone();
    for named in [json!({"user_id": "ana"}), json!({"anonymous_id": "laptop"}), json!({})] {
        let body = with(&json!({"placements": ["own"], "identity_token": other}), &named);
        assert_eq!(text(&decide(&shop.web, &body)), "Hello you.", "{named}");
    }
    shop.advance("11m");
    assert_eq!(text(&decide(&shop.web, &proven)), "Hello you.", "one that is over proves nothing, and breaks no page");
    let mail = json!({"user_id": "ana", "placements": ["mail"]});
    let refused = call(&shop.web, &mail).expect(403).json();
    assert_eq!((&refused["code"], &refused["error"]["pointer"]), (&json!("KEY_KIND"), &json!("/placements/0")));
    let long = json!({"placements": ["home", "x".repeat(65)]});
    let refused = call(&shop.web, &long).expect(422).json();
    assert_eq!((&refused["code"], &refused["error"]["pointer"]), (&json!("TOO_LONG"), &json!("/placements/1")));
}

/// Events that there is no time to wait for are stored all the same, once; the answer says so, and is neutral.
#[test]
fn events_without_time_to_wait_for_are_stored_all_the_same() {
    let env = vec![("PREVENANCE__DECIDE__GIVE_UP_MS".into(), "0".into())];
    let shop = Shop::open_with(Options { env, seed: Some(1), ..Options::default() });
    publish(
        &shop,
        &json!({"content": {"welcome": content(&json!({"en": {"title": "Welcome"}}))},
                "placement": {"home": placement("web", "welcome")}}),
    );
    let seen = json!({"type": "track", "event": "Seen", "context": granting(&["site"])});
    let answer = decide(&shop.web, &json!({"user_id": "ana", "placements": ["home"], "events": [seen]}));
    assert_eq!((&answer["events_under_way"], answer.get("refused")), (&json!(true), None), "{answer}");
    assert_eq!((&answer["decisions"][0]["reason"], shown(&answer["decisions"][0])), (&json!("ERROR"), vec!["welcome"]));
    let stored = || shop.knows("user_id:ana") && shop.count("user_id:ana", "Seen") == 1;
    assert!((0..2_000).any(|_| stored()), "it was being stored");
}

/// The shop's server is not the person: its own headers and address say nothing of them.
#[test]
fn what_a_server_sends_with_its_call_is_not_the_persons() {
    let shop = open();
    experience(&shop, "bots", &showing("boots", "request.bot", &json!({})));
    let headers = [("user-agent", "Googlebot/2.1 (+http://www.google.com/bot.html)")];
    let ask = |client, body: Value| gist(&one_from(client, &headers, &body));
    assert_eq!(ask(&shop.web, json!({})), "bots/a because SPLIT");
    assert_ne!(ask(&shop.secret, json!({})), "bots/a because SPLIT");
    let said = json!({"context": {"userAgent": headers[0].1}});
    assert_eq!(ask(&shop.secret, said), "bots/a because SPLIT", "what the call says of the person counts");
}

//! What is refused by schema, whoever sends it and whatever was agreed to: biometric data, what somebody did on the
//! sites of others, special categories, likely minors.

use std::fs;

use serde_json::{Value, json};
use testkit::client::Client;

use crate::{
    deciding::{content, gist, id, one, one_from, open, publish, rejected, replay, showing, shown},
    shop::{Shop, identify, track, with},
};

/// What nobody may find anywhere afterwards.
const SECRET: &str = "c2VjcmV0LXRlbXBsYXRl";

/// Sends one event, which must be refused: its code and its pointer.
fn refused(client: &Client, event: &Value) -> (String, String) {
    let answer = client.post("/v1/batch", &json!({"batch": [event]})).expect(200).json();
    let [one] = &answer["rejected"].as_array().unwrap()[..] else { panic!("{event}: {answer}") };
    let text = |field: &str| one[field].as_str().unwrap().to_owned();
    (text("code"), text("pointer"))
}

fn is(code: &str, pointer: &str) -> (String, String) {
    (code.to_owned(), pointer.to_owned())
}

/// Why a definition is not published.
fn unpublished(shop: &Shop, kind: &str, name: &str, document: &Value) -> (String, String) {
    let error = shop.secret.put(&format!("/v1/definitions/{kind}/{name}"), document).expect(422).json();
    is(error["code"].as_str().unwrap(), error["error"]["pointer"].as_str().unwrap_or_default())
}

/// Whether a text stands in what the program can be asked for, or in any of its files.
fn is_anywhere(shop: &Shop, who: &str, text: &str) -> bool {
    let listed = json!(shop.rejected()).to_string();
    let known = if shop.knows(who) { shop.export(who).to_string() } else { String::new() };
    let mut open = vec![shop.folder().to_owned()];
    let mut in_files = false;
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
            match entry.file_type().unwrap().is_dir() {
                true => open.push(entry.path()),
                false => {
                    in_files |=
                        fs::read(entry.path()).is_ok_and(|bytes| String::from_utf8_lossy(&bytes).contains(text));
                }
            }
        }
    }
    in_files || listed.contains(text) || known.contains(text)
}

/// proves IDN-05: given an integration that sends biometric data, they are rejected by schema when they are received, in
/// whatever part of an event, and kept nowhere; a flag that a device confirmed its owner is taken.
#[test]
fn idn_05_biometric_data_are_rejected_and_kept_nowhere() {
    let shop = Shop::open();
    shop.define("source", "kiosk", &json!({"kind": "partner", "reliability": 0.9, "any_of": ["site"]}));
    let kiosk = shop.key_for("secret", "kiosk");
    shop.grant("user_id:ana", &["site"]);
    let ana = json!({"userId": "ana"});
    for (event, pointer) in [
        (identify("i1", &ana, &json!({"face_template": SECRET})), "/traits/face_template"),
        (identify("i2", &ana, &json!({"name": "Ana", "empreinte_vocale": SECRET})), "/traits/empreinte_vocale"),
        (
            track("Entered", "t1", &ana, &json!({"scan": {"irisCode": 1, "iris_scan": SECRET}})),
            "/properties/scan/iris_scan",
        ),
        (track("Face Recognized", "t2", &ana, &json!({"vector": SECRET})), "/event"),
        (
            track("Entered", "t3", &with(&ana, &json!({"context": {"device": {"fingerprint": SECRET}}})), &json!({})),
            "/context/device/fingerprint",
        ),
        (track("Trait Corrected", "t4", &ana, &json!({"trait": "voice_print", "value": SECRET})), "/properties/trait"),
    ] {
        for client in [&kiosk, &shop.web] {
            assert_eq!(refused(client, &event), is("BIOMETRIC_DATA", pointer), "{event}");
        }
    }
    // A template that is too large for an event is not kept with that reason either.
    let large = track("Entered", "t5", &ana, &json!({"face_template": SECRET.repeat(2_000)}));
    assert_eq!(refused(&kiosk, &large).0, "EVENT_TOO_LARGE");
    assert_eq!(shop.rejected().len(), 13);

    // What is left of a rejected event is not corrected into one that holds it.
    let kept = shop.rejected();
    let correction = json!({"event": identify("i1", &ana, &json!({"face_template": SECRET}))});
    let answer = shop.secret.put(&format!("/v1/rejected/{}", kept[0]["id"].as_str().unwrap()), &correction);
    let answer = answer.expect(422).json();
    assert_eq!(
        (&answer["code"], &answer["error"]["pointer"]),
        (&json!("BIOMETRIC_DATA"), &json!("/event/traits/face_template"))
    );

    // Nor is there a trait or an identifier for it.
    let trait_of = json!({"holds": "text"});
    assert_eq!(unpublished(&shop, "trait", "faceTemplate", &trait_of), is("BIOMETRIC_DATA", ""));
    assert_eq!(
        unpublished(&shop, "namespace", "fingerprint", &json!({"strength": "strong"})),
        is("BIOMETRIC_DATA", "")
    );
    assert!(!is_anywhere(&shop, "user_id:ana", SECRET));

    let flag = track("Login Confirmed", "t9", &ana, &json!({"device_owner_confirmed": true}));
    let answer = kiosk.post("/v1/batch", &json!({"batch": [flag]})).expect(200).json();
    assert_eq!(answer, json!({"success": true}));
    assert_eq!(shop.count("user_id:ana", "Login Confirmed"), 1);
    assert!(is_anywhere(&shop, "user_id:ana", "device_owner_confirmed"), "what is kept would be found");
}

/// proves CHN-18: given what somebody looked at on the sites of others, it is rejected at schema when it is received,
/// and kept nowhere; where they came from is taken.
#[test]
fn chn_18_browsing_on_the_sites_of_others_is_rejected() {
    let shop = Shop::open();
    shop.grant("anonymous_id:c1", &["site", "ads"]);
    shop.define("setting", "site_hosts", &json!({"value": ["shop.example", "*.shop.example"]}));
    let elsewhere = "https://other-shop.example/boots/42";
    let who = json!({"anonymousId": "c1"});
    let page = |id: &str, url: &str, more: &Value| {
        let properties = with(&json!({"url": url}), more);
        with(&json!({"type": "page", "messageId": id, "properties": properties}), &who)
    };
    for (event, pointer) in [
        (page("p1", elsewhere, &json!({})), "/properties/url"),
        (page("p2", "//other-shop.example/", &json!({"title": elsewhere})), "/properties/url"),
        (
            track("Product Viewed", "t1", &with(&who, &json!({"context": {"page": {"url": elsewhere}}})), &json!({})),
            "/context/page/url",
        ),
        (track("Product Viewed", "t2", &who, &json!({"products": [{"url": elsewhere}]})), "/properties/products/0/url"),
        (track("External Page Viewed", "t3", &who, &json!({"address": elsewhere})), "/event"),
        (
            track("Product Viewed", "t4", &who, &json!({"third_party_history": [elsewhere]})),
            "/properties/third_party_history",
        ),
        (identify("i1", &who, &json!({"browsingHistory": [elsewhere]})), "/traits/browsingHistory"),
    ] {
        assert_eq!(refused(&shop.web, &event), is("BROWSING_ELSEWHERE", pointer), "{event}");
    }
    assert!(!is_anywhere(&shop, "anonymous_id:c1", "other-shop"));
    shop.page_sends(&[
        page("p8", "https://www.shop.example/boots", &json!({"referrer": "https://search.example/?q=boots"})),
        page("p9", "/boots", &json!({})),
    ]);
    assert_eq!(shop.timeline("anonymous_id:c1").iter().filter(|event| event["type"] == "page").count(), 2);
    for value in [json!(["https://shop.example"]), json!(["shop.example", "*"])] {
        let place = value.as_array().unwrap().len() - 1;
        let found = unpublished(&shop, "setting", "site_hosts", &json!({"value": value}));
        assert_eq!(found, is("OUT_OF_RANGE", &format!("/value/{place}")));
    }
}

/// proves GOV-08: given a signal of a special category, when it would be inferred or targeted, it is blocked at schema:
/// the value at the door, the trait without a purpose of its own, and the segment, audience, tag or score.
#[test]
fn gov_08_a_special_category_is_neither_inferred_nor_targeted() {
    let shop = open();
    let special = |pointer: &str| is("SPECIAL_CATEGORY", pointer);
    assert_eq!(unpublished(&shop, "trait", "religion", &json!({"holds": "text"})), special("/purpose"));
    assert_eq!(
        unpublished(&shop, "trait", "religion", &json!({"holds": "text", "purpose": "ads"})),
        special("/purpose")
    );
    publish(
        &shop,
        &json!({
            "purpose": {"chaplaincy": {"description": {"fr": "Être visité par un aumônier.", "en": "To be visited by a chaplain."}}},
            "trait": {"religion": {"holds": "text", "purpose": "chaplaincy"}},
            "source": {"guess": {"kind": "partner", "reliability": 0.8, "any_of": ["site"], "facts": "inferred"}},
        }),
    );
    shop.grant("user_id:ana", &["site", "partner", "chaplaincy"]);
    let ana = json!({"userId": "ana"});
    let guess = shop.key_for("secret", "guess");
    let says = |id: &str, traits: Value| identify(id, &ana, &traits);
    assert_eq!(refused(&guess, &says("i1", json!({"religion": SECRET}))), special("/traits/religion"));
    assert_eq!(refused(&guess, &says("i2", json!({"health_status": SECRET}))), special("/traits/health_status"));
    assert_eq!(
        refused(&shop.web, &says("i3", json!({"opinion_politique": SECRET}))),
        special("/traits/opinion_politique")
    );
    assert!(!is_anywhere(&shop, "user_id:ana", SECRET));
    shop.page_sends(&[says("i4", json!({"religion": "Shinto"}))]);
    assert!(shop.export("user_id:ana").to_string().contains("Shinto"), "the person said so, for that purpose");

    let segment = |condition: &str| json!({"condition": condition});
    let bought = r#"events("Order Completed").where(products.exists(p, p.category == "Pregnancy tests")).count() > 0"#;
    for (kind, name, document, pointer) in [
        ("segment", "believers", segment(r#"profile.religion == "Shinto""#), "/condition"),
        ("segment", "group-7", segment(bought), "/condition"),
        ("segment", "pregnant", segment("true"), ""),
        ("segment", "group-7", segment(r#"interest("category:diabetes") > 0.3"#), "/condition"),
        ("experience", "idea", showing("boots", "has(profile.religion)", &json!({})), "/audience"),
        ("tag", "halal", json!({"actions": [{"event": "page"}]}), ""),
        ("score", "religious", json!({"rules": [{"event": "page", "points": 1}]}), ""),
    ] {
        assert_eq!(unpublished(&shop, kind, name, &document), special(pointer), "{kind} {name} {document}");
    }
    shop.segment("healthy-snacks", r#"events("Product Viewed").where(category == "Health & Beauty").count() > 0"#);
}

/// proves GOV-08: given the signal that somebody is a child, nothing is inferred or targeted by it: no segment, no
/// audience; and whoever is believed to be a minor is shown what is neutral until the day they come of age.
#[test]
fn gov_08_a_minor_is_left_in_peace() {
    let shop = open();
    let minors = |pointer: &str| is("TARGETS_MINORS", pointer);
    let young = "years_since(profile.birth_date) < 18";
    assert_eq!(unpublished(&shop, "segment", "group-7", &json!({"condition": young})), minors("/condition"));
    assert_eq!(unpublished(&shop, "segment", "mineurs", &json!({"condition": "true"})), minors(""));
    assert_eq!(unpublished(&shop, "experience", "idea", &showing("boots", young, &json!({}))), minors("/audience"));
    shop.segment("kids-shoes", r#"events("Product Viewed").where(category == "kids").count() > 0"#);

    publish(
        &shop,
        &json!({
            "content": {"town": content(&json!({"en": {"title": r#"In {{ profile.city | "your town" }}"#}}))},
            "experience": {
                "known": showing("boots", "has(profile.city)", &json!({"priority": 2})),
                "town": showing("town", "request.device == 'phone'", &json!({})),
            },
        }),
    );
    let who = json!({"userId": "leo"});
    shop.grant("user_id:leo", &["site"]);
    // 18 on the fourth of March.
    shop.page_sends(&[identify("i1", &who, &json!({"city": "Brest", "birth_date": "2008-03-04"}))]);
    let asked = json!({"user_id": "leo", "explain": true});
    let minor = one(&shop.secret, &asked);
    assert_eq!((gist(&minor), shown(&minor)), ("-/- because NOT_ELIGIBLE".into(), vec!["welcome"]));
    assert_eq!(rejected(&minor)["known"], "minor");
    assert_eq!(minor["grounds"]["unit"], Value::Null, "nothing was drawn by the person");
    assert_eq!(replay(&shop, id(&minor)), "SAME");
    // What asks the request alone is for everybody, and says nothing that is known of a minor.
    let by_phone =
        [("user-agent", "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Mobile/15E148 Safari/604.1")];
    let everybody = one_from(&shop.web, &by_phone, &json!({"user_id": "leo"}));
    assert_eq!(everybody["contents"][0]["payload"]["title"], "In your town", "{everybody}");

    shop.advance("1d");
    assert_eq!(gist(&one(&shop.secret, &asked)), "-/- because NOT_ELIGIBLE");
    shop.advance("1d");
    let grown = one(&shop.secret, &asked);
    assert_eq!((gist(&grown), shown(&grown)), ("known/a because SPLIT".into(), vec!["boots"]));
    assert_eq!(replay(&shop, id(&minor)), "SAME", "the record of then still says what was then");
}

//! What may be shown at all: texts that speak to one person, and contents whose time is over.

use serde_json::{Value, json};

use crate::{
    deciding::{content, decide, experience, gist, one, open, placement, publish, rejected, showing, shown},
    shop::{Shop, at, granting, identify, with},
};

/// All channels of placements.
const CHANNELS: [&str; 9] = ["web", "app", "email", "sms", "push", "print", "account", "till", "agent"];

/// A greeting by the first name, in French and in English.
fn greeting() -> Value {
    content(&json!({
        "fr": {"text": r#"{{ "Bonjour " + profile.first_name | "Bonjour" }}, votre panier vous attend."#},
        "en": {"text": r#"{{ "Hello " + profile.first_name | "Hello" }}, your cart is waiting."#},
    }))
}

/// proves PRO-07: given a rule with nothing neutral, publishing is refused; and no text ever reads "Bonjour ,".
#[test]
fn pro_07_where_a_datum_is_missing_the_text_reads_well_without_it() {
    let shop = open();
    let refused = |kind: &str, document: &Value| {
        let answer = shop.secret.put(&format!("/v1/definitions/{kind}/x"), document).expect(422).json();
        (answer["code"].as_str().unwrap().to_owned(), answer["error"]["pointer"].as_str().unwrap().to_owned())
    };
    let is = |code: &str, pointer: &str| (code.to_owned(), pointer.to_owned());
    assert_eq!(refused("placement", &json!({"channel": "email"})), is("NO_NEUTRAL", "/neutral"));
    assert_eq!(refused("placement", &json!({"channel": "email", "neutral": []})), is("NO_NEUTRAL", "/neutral"));
    for (text, code) in [
        ("Bonjour {{ profile.first_name }}, bienvenue.", "TOKEN_WITHOUT_NEUTRAL"),
        (r#"Bonjour {{ profile.first_name | "" }}, bienvenue."#, "TOKEN_LEAVES_GAP"),
        (r#"{{ profile.first_name | "" }}, bienvenue."#, "TOKEN_LEAVES_GAP"),
    ] {
        let content = content(&json!({"fr": {"text": text}}));
        assert_eq!(refused("content", &content), is(code, "/languages/fr/text"), "{text}");
    }

    let mail = showing("greeting", "true", &json!({"placements": "mail"}));
    publish(
        &shop,
        &json!({
            "content": {"greeting": greeting()},
            "placement": {"mail": placement("email", "greeting")},
            "experience": {"cart": mail},
        }),
    );
    let (hello, bonjour) = ("Hello, your cart is waiting.", "Bonjour, votre panier vous attend.");
    let texts = |who: &Value| -> Vec<String> {
        let ask = |more: Value| {
            // Looking only: to be called by name so often would be too much of an intrusion.
            let asked = with(&with(who, &json!({"placements": ["mail"], "preview": true})), &more);
            let payload = one(&shop.secret, &asked)["contents"][0]["payload"].clone();
            payload.as_str().or(payload["text"].as_str()).unwrap().to_owned()
        };
        [
            json!({"languages": ["en"]}),
            json!({"languages": ["fr-FR"]}),
            json!({"format": "text", "languages": ["fr"]}),
            json!({"format": "html", "languages": ["fr"]}),
        ]
        .map(ask)
        .to_vec()
    };
    let neutral = [hello.to_owned(), bonjour.into(), bonjour.into(), format!(r#"<p data-field="text">{bonjour}</p>"#)];
    // Names that are none, of persons who agreed.
    for (number, name) in ["", " ", "\u{a0}", "\t", "\n", "a\nb", "\u{200b}", "\u{2800}\u{feff}"].iter().enumerate() {
        let who = json!({"userId": format!("p{number}"), "context": granting(&["site", "email"])});
        shop.page_sends(&[identify(&format!("i{number}"), &who, &json!({"first_name": name}))]);
        assert_eq!(texts(&json!({"user_id": format!("p{number}")})), neutral, "{name:?}");
    }
    // Nobody; somebody who is not known; somebody who agreed to the site only; somebody without a name.
    let site = json!({"userId": "site", "context": granting(&["site"])});
    shop.page_sends(&[identify("s", &site, &json!({"first_name": "Ana"}))]);
    shop.grant("user_id:unnamed", &["site", "email"]);
    for who in [json!({}), json!({"user_id": "unknown"}), json!({"user_id": "site"}), json!({"user_id": "unnamed"})] {
        assert_eq!(texts(&who), neutral, "{who}");
    }
    // Somebody with a name is called by it.
    let ana = json!({"userId": "ana", "context": granting(&["site", "email"])});
    shop.page_sends(&[identify("a", &ana, &json!({"first_name": " Ana <3"}))]);
    let named = texts(&json!({"user_id": "ana"}));
    assert_eq!(named[3], r#"<p data-field="text">Bonjour Ana &lt;3, votre panier vous attend.</p>"#);
    assert_eq!(named[0], "Hello Ana <3, your cart is waiting.");
}

/// proves DEC-14: given a token for a name in a placement of a page, publishing is refused; it is allowed in an e-mail,
/// a letter, the account and on the agent's screen.
#[test]
fn dec_14_a_page_calls_nobody_by_name() {
    let shop = open();
    publish(
        &shop,
        &json!({
            "content": {"greeting": greeting()},
            "trait": {"nickname": {"holds": "text", "names_the_person": true}},
        }),
    );
    shop.grant("user_id:ana", &["site", "email", "post"]);
    shop.page_sends(&[identify("a", &json!({"userId": "ana"}), &json!({"first_name": "Ana", "nickname": "Nana"}))]);
    let set = |channel: &str, content: &str| {
        json!({
            "placement": {format!("at-{channel}"): placement(channel, "welcome")},
            "experience": {format!("hi-{channel}"): showing(content, "true", &json!({"placements": format!("at-{channel}")}))},
        })
    };
    for channel in ["web", "app"] {
        let refused = shop.secret.put("/v1/definitions", &set(channel, "greeting")).expect(422).json();
        assert_eq!(refused["code"], "NAME_IN_PUBLIC", "{refused}");
        let documents = json!([
            {"kind": "content", "name": "greeting"}, {"kind": "experience", "name": format!("hi-{channel}")},
        ]);
        assert_eq!(refused["error"]["documents"], documents, "the text, and what shows it there");
        let path = format!("/v1/definitions/experience/hi-{channel}");
        assert_eq!(shop.secret.get(&path).status, 404);
        // Nor by any other trait that is marked so, nor in what is neutral.
        for name in ["last_name", "name", "nickname"] {
            let text = format!(r#"{{{{ "Hi " + profile.{name} | "Hi" }}}}!"#);
            let content = json!({"content": {"hi": content(&json!({"en": {"deep": {"text": [text]}}}))}});
            publish(&shop, &content);
            let refused = shop.secret.put("/v1/definitions", &set(channel, "hi")).expect(422).json();
            assert_eq!(refused["code"], "NAME_IN_PUBLIC", "{name} {refused}");
            let neutral = json!({"placement": {"hall": placement(channel, "hi")}});
            let refused = shop.secret.put("/v1/definitions", &neutral).expect(422).json();
            assert_eq!(refused["code"], "NAME_IN_PUBLIC", "{name} {refused}");
        }
    }
    for channel in ["email", "print", "account", "agent"] {
        publish(&shop, &set(channel, "greeting"));
        let asked = json!({"user_id": "ana", "placements": [format!("at-{channel}")], "languages": ["en"]});
        let decision = one(&shop.secret, &asked);
        assert_eq!(
            decision["contents"][0]["payload"]["text"], "Hello Ana, your cart is waiting.",
            "{channel}: {decision}"
        );
    }
}

/// proves CON-14: given an expiry that has passed, the content is never shown, in no channel, also if it passes while the
/// program runs.
#[test]
fn con_14_what_has_expired_is_shown_in_no_channel() {
    let mut shop = open();
    let said =
        |title: &str, expires: &str| with(&content(&json!({"en": {"title": title}})), &json!({"expires": expires}));
    let mut placements = json!({});
    for channel in CHANNELS {
        placements[format!("at-{channel}")] = with(&placement(channel, "welcome"), &json!({"most_contents": 2}));
    }
    let everywhere: Vec<String> = CHANNELS.map(|channel| format!("at-{channel}")).to_vec();
    publish(
        &shop,
        &json!({
            "setting": {"personal_placements_per_page": {"value": 9}},
            "content": {
                "old": said("Winter", "2026-03-01"),
                "today": said("Today", "2026-03-02"),
                "hour": said("This hour", "2026-03-02T11:00"),
            },
            "placement": placements,
            "experience": {
                "old": showing("old", "true", &json!({"placements": everywhere, "priority": 3})),
                "hour": showing("hour", "true", &json!({"placements": everywhere, "priority": 2,
                    "variants": {"control": {"share": 0.0001}, "a": {"share": 0.9999, "contents": ["hour", "today"]}}})),
            },
        }),
    );
    let purposes: Vec<&str> = crate::shop::PURPOSES.to_vec();
    shop.grant("user_id:ana", &purposes);
    let asked = json!({"user_id": "ana", "placements": everywhere, "explain": true});
    let all = |shop: &Shop| -> Vec<Value> { decide(&shop.secret, &asked)["decisions"].as_array().unwrap().clone() };
    let each = |shop: &Shop, contents: &[&str], ttl_s: u64| {
        for decision in all(shop) {
            assert_eq!((shown(&decision), &decision["ttl_s"]), (contents.to_vec(), &json!(ttl_s)), "{decision}");
            assert_eq!(rejected(&decision)["old"], "expired");
        }
        // Of nobody, too.
        let nobody = decide(&shop.secret, &json!({"placements": everywhere}));
        nobody["decisions"].as_array().unwrap().iter().for_each(|decision| assert_eq!(shown(decision), contents));
    };
    each(&shop, &["hour", "today"], 600);
    shop.advance("59m59s");
    each(&shop, &["hour", "today"], 1);
    shop.advance("1s");
    each(&shop, &["today"], 600);
    shop.advance("12h59m58s");
    each(&shop, &["today"], 2);
    shop.advance("2s");
    each(&shop, &["welcome"], 600);
    let grounds = all(&shop)[0].clone();
    assert_eq!((gist(&grounds).as_str(), &rejected(&grounds)["hour"]), ("-/- because NOT_ELIGIBLE", &json!("expired")));
    // A program that was away when the moment passed shows it no more either.
    shop.server.stop();
    shop.start_again_at(at("2026-03-04 10:00"));
    each(&shop, &["welcome"], 600);
    // What is neutral never ends, so a placement is never blank.
    let ends = json!({"placement": {"hall": placement("web", "today")}});
    assert_eq!(shop.secret.put("/v1/definitions", &ends).expect(422).json()["code"], "NEUTRAL_EXPIRES");
    experience(&shop, "old", &showing("boots", "true", &json!({"placements": everywhere, "ends": "2026-03-04"})));
    assert_eq!(shown(&all(&shop)[0]), ["boots"]);
}

//! How far what is known of somebody is believed, and what may be done with it.

use serde_json::{Value, json};

use crate::{
    deciding::{content, experience, gist, one, open, placement, publish, showing},
    shop::{Shop, granting, identify, send, track},
};

/// A source of the shop's own systems that is kept on consent to the site.
fn system(kind: &str, reliability: f64, facts: &str) -> Value {
    json!({"kind": kind, "reliability": reliability, "any_of": ["site"], "facts": facts})
}

/// Ana, who agreed.
fn ana() -> Value {
    json!({"userId": "ana", "context": granting(&["site"])})
}

/// What is known of a trait of Ana.
fn known(shop: &Shop, name: &str) -> Value {
    shop.profile("user_id:ana")["traits"][name].clone()
}

/// Value, trust and uses.
fn gist_of(known: &Value) -> (Value, f64, Value) {
    (known["value"].clone(), known["trust"].as_f64().unwrap_or_else(|| panic!("{known}")), known["uses"].clone())
}

/// What each statement says, of which source, what became of it, in the order of the answer.
fn statements(known: &Value) -> Vec<(Value, String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let all = known["statements"].as_array().unwrap_or_else(|| panic!("{known}")).iter();
    all.map(|said| (said["value"].clone(), text(&said["source"]), text(&said["role"]))).collect()
}

/// An answer to a fact that the person cannot have chosen: whom an audience over a trait reaches.
fn decided(shop: &Shop) -> String {
    gist(&one(&shop.secret, &json!({"user_id": "ana"})))
}

/// proves COL-09: given an inferred value, when it is saved, then it is labelled as inferred and says how far it is
/// believed, and never overwrites a declared one.
#[test]
fn col_09_what_is_inferred_says_so_and_never_overwrites_what_was_declared() {
    let shop = open();
    publish(
        &shop,
        &json!({
            "source": {"model": system("server", 0.7, "inferred")},
            "trait": {"lifestyle": {"holds": "text"}, "hobby": {"holds": "text"}},
        }),
    );
    let model = shop.key_for("secret", "model");
    send(&model, &[identify("m1", &ana(), &json!({"lifestyle": "outdoor", "hobby": "sailing"}))]);
    let lifestyle = known(&shop, "lifestyle");
    assert_eq!((&lifestyle["kind"], &lifestyle["source"]), (&json!("inferred"), &json!("model")));
    assert_eq!(gist_of(&lifestyle), (json!("outdoor"), 0.7, json!(["sort", "show"])));

    shop.page_sends(&[identify("w1", &ana(), &json!({"lifestyle": "city"}))]);
    // Said later, and by a source that is believed more: it is inferred all the same.
    shop.define("source", "model", &system("server", 0.99, "inferred"));
    shop.advance("1h");
    send(&model, &[identify("m2", &ana(), &json!({"lifestyle": "outdoor"}))]);
    let lifestyle = known(&shop, "lifestyle");
    assert_eq!(
        (&lifestyle["value"], &lifestyle["kind"], &lifestyle["trust"]),
        (&json!("city"), &json!("declared"), &json!(0.92))
    );
    assert_eq!(
        statements(&lifestyle),
        [(json!("city"), "web".into(), "counts".into()), (json!("outdoor"), "model".into(), "outweighed".into())]
    );
    // What agrees with the declared one supports it.
    shop.page_sends(&[identify("w2", &ana(), &json!({"hobby": "sailing"}))]);
    let hobby = known(&shop, "hobby");
    assert_eq!((&hobby["kind"], hobby["trust"].as_f64().unwrap() > 0.98), (&json!("declared"), true), "{hobby}");
}

/// proves PRO-03: given that every attribute has an as-of date and a half-life, when it decays below D4, then it is treated
/// as missing, to the day; the dashboard shows the share of customers with a stale one.
#[test]
fn pro_03_what_is_too_old_is_missing_from_the_very_moment() {
    let shop = open();
    publish(
        &shop,
        &json!({
            // 0.92 is 0.6 after 0.7138 half-lives, so on day 43; 0.9 on day 3; 0.4 after 1.4504 of them, on day 88.
            "trait": {"tent": {"holds": "text", "half_life": "60d"}},
            "segment": {"campers": {"condition": r#"profile.tent == "large""#}},
        }),
    );
    experience(&shop, "stakes", &showing("tents", r#"profile.tent == "large""#, &json!({})));
    shop.page_sends(&[identify("w1", &ana(), &json!({"tent": "large"}))]);
    shop.page_sends(&[identify("w2", &json!({"userId": "ben", "context": granting(&["site"])}), &json!({}))]);
    let standing = || (known(&shop, "tent")["uses"].clone(), shop.is_in("user_id:ana", "campers"), decided(&shop));
    let (shown, neutral) = ("stakes/a because SPLIT", "-/- because NOT_ELIGIBLE");
    let fresh = known(&shop, "tent");
    assert_eq!((&fresh["as_of"], &fresh["trust"]), (&json!("2026-03-02T10:00:00Z"), &json!(0.92)));
    assert_eq!(standing(), (json!(["sort", "show", "state"]), true, shown.to_owned()));
    let membership = &shop.profile("user_id:ana")["memberships"][0];
    assert_eq!(membership["valid_until"], "2026-04-14T10:00:00Z", "then it may not be shown any more");

    shop.advance("3d");
    assert_eq!(standing(), (json!(["sort", "show"]), true, shown.to_owned()));
    shop.advance("39d");
    shop.advance("23h");
    shop.advance("59m");
    shop.advance("59s");
    shop.advance("999ms");
    assert_eq!(standing(), (json!(["sort", "show"]), true, shown.to_owned()));
    assert_eq!(shop.size("campers"), 1);
    shop.advance("1ms");
    assert_eq!(shop.size("campers"), 0, "the timer rang");
    assert_eq!(standing(), (json!(["sort"]), false, neutral.to_owned()));
    let thermometer = shop.secret.get("/v1/thermometer?fresh=true").expect(200).json();
    let stale = &thermometer["failures"][0];
    assert_eq!((&stale["name"], &stale["share"]), (&json!("stale"), &json!(0.5)), "{thermometer}");

    shop.advance("44d");
    assert_eq!(known(&shop, "tent")["uses"], json!(["sort"]));
    shop.advance("1d");
    assert_eq!(known(&shop, "tent")["uses"], json!([]), "below 0.4 it is good for nothing");
    // Said again, it is as good as new.
    shop.page_sends(&[identify("w3", &ana(), &json!({"tent": "large"}))]);
    assert_eq!(standing(), (json!(["sort", "show", "state"]), true, shown.to_owned()));
}

/// proves PRO-04: given two sources that disagree, when deciding, then both are kept and their trust is computed; below
/// the floor it is neutral; "that's not me" lowers the trust within a second.
#[test]
fn pro_04_of_what_is_contradicted_one_is_not_sure_enough() {
    let shop = open();
    publish(
        &shop,
        &json!({"source": {"crm": system("server", 0.92, "declared"), "club": system("file", 0.92, "declared")}}),
    );
    experience(&shop, "coast", &showing("boots", r#"profile.city == "Brest""#, &json!({})));
    let (shown, neutral) = ("coast/a because SPLIT", "-/- because NOT_ELIGIBLE");
    shop.page_sends(&[identify("w1", &ana(), &json!({"city": "Brest"}))]);
    assert_eq!(decided(&shop), shown);
    let crm = shop.key_for("secret", "crm");
    send(&crm, &[identify("c1", &ana(), &json!({"city": "Paris"}))]);
    // Each 0.92·9/0.08 = 103.5 to 1 for its own, eight others beside: 103.5 / 215.
    let city = known(&shop, "city");
    assert_eq!((&city["trust"], &city["uses"]), (&json!(0.4814), &json!(["sort"])), "{city}");
    assert_eq!(statements(&city).iter().filter(|said| said.2 == "counts").count(), 2, "both are kept: {city}");
    assert_eq!(decided(&shop), neutral);

    // A third one decides it.
    send(&shop.key_for("secret", "club"), &[identify("f1", &ana(), &json!({"city": "BREST"}))]);
    let city = known(&shop, "city");
    assert_eq!((&city["trust"], &city["uses"]), (&json!(0.9897), &json!(["sort", "show", "state"])), "{city}");
    assert_eq!((&city["value"], decided(&shop)), (&json!("Brest"), shown.to_owned()), "capitals say the same");

    let started = now();
    shop.page_sends(&[track("Trait Denied", "d1", &ana(), &json!({"trait": "city", "value": "brest"}))]);
    assert_eq!(decided(&shop), neutral);
    let city = known(&shop, "city");
    assert!(started.elapsed().as_secs_f64() < 1.0, "{:?}", started.elapsed());
    assert_eq!((&city["value"], &city["trust"]), (&json!("Paris"), &json!(0.92)), "what was not denied: {city}");
    assert_eq!(city["denied"][0]["value"], "brest");
    // Systems that repeat what they hold do not bring it back.
    shop.advance("1h");
    shop.page_sends(&[identify("w3", &ana(), &json!({"city": "Brest"}))]);
    assert_eq!((decided(&shop), &known(&shop, "city")["value"]), (neutral.to_owned(), &json!("Paris")));

    // An agent asked: so it is.
    let started = now();
    shop.server_sends(&[track("Trait Corrected", "k1", &ana(), &json!({"trait": "city", "value": "Brest"}))]);
    assert_eq!(decided(&shop), shown);
    assert!(started.elapsed().as_secs_f64() < 1.0, "{:?}", started.elapsed());
    let city = known(&shop, "city");
    assert_eq!((&city["value"], &city["kind"], &city["trust"]), (&json!("Brest"), &json!("corrected"), &json!(0.95)));
    assert!(statements(&city).iter().skip(1).all(|said| said.2 == "ended"), "{city}");

    // What does not fit is refused, and nothing is changed by it.
    let wrong = track("Trait Corrected", "k2", &ana(), &json!({"trait": "birth_date", "value": "in May"}));
    let answer = shop.secret.post("/v1/batch", &json!({"batch": [wrong]})).expect(200).json();
    assert_eq!(answer["rejected"][0]["code"], "TRAIT_TYPE", "{answer}");
    let unnamed = track("Trait Denied", "d2", &ana(), &json!({"trait": "city"}));
    shop.advance("1h");
    shop.page_sends(&[unnamed]);
    assert_eq!((decided(&shop), known(&shop, "city")["value"].clone()), (neutral.to_owned(), Value::Null));
}

/// proves PRO-05: given birth dates of 01/01/1900 or 01/01/1970, the name "aaa", a throw-away mail, when they are loaded,
/// then each is believed by 0.1 at most, and it is said why.
#[test]
fn pro_05_a_filled_field_is_not_a_reliable_field() {
    let shop = open();
    shop.define("source", "erp", &system("file", 1.0, "declared"));
    let own = json!({"mails": ["contact@ouest-shoes.fr"], "phones": ["+33298445566"]});
    shop.define("setting", "own_addresses", &own);
    let erp = shop.key_for("secret", "erp");
    let mut message = 0;
    for (name, value, why) in [
        ("birth_date", json!("1970-01-01"), Some("placeholder_date")),
        ("birth_date", json!("1900-01-01"), Some("placeholder_date")),
        ("birth_date", json!("2031-05-06"), Some("impossible_age")),
        ("birth_date", json!("1985-05-06"), None),
        ("first_name", json!("aaa"), Some("repeated_letters")),
        ("first_name", json!("test"), Some("placeholder_word")),
        ("first_name", json!("azerty"), Some("keyboard_run")),
        ("first_name", json!("🌸"), None),
        ("first_name", json!("ليلى"), None),
        ("email", json!("x81@mailinator.com"), Some("throw_away_mail")),
        ("email", json!("contact@ouest-shoes.fr"), Some("shops_own")),
        ("email", json!("ana.kerleo@laposte.net"), None),
        ("phone", json!("0000000000"), Some("placeholder_phone")),
        ("phone", json!("02 98 44 55 66"), Some("shops_own")),
        ("phone", json!("+33 6 48 17 35 92"), None),
    ] {
        message += 1;
        let user = format!("u{message}");
        let who = json!({"userId": user, "context": granting(&["site"])});
        send(&erp, &[identify(&format!("m{message}"), &who, &json!({name: value}))]);
        let known = shop.profile(&format!("user_id:{user}"))["traits"][name].clone();
        let doubt = &known["statements"][0]["doubt"];
        assert_eq!(doubt["code"].as_str(), why, "{name} {value}: {known}");
        match why {
            Some(_) => {
                assert!(known["trust"].as_f64().unwrap() <= 0.1, "{known}");
                assert_eq!(known["uses"], json!([]));
                assert!(doubt["message"].as_str().is_some_and(|says| says.ends_with('.')), "{known}");
            }
            None => assert_eq!(known["uses"], json!(["sort", "show", "state"]), "{known}"),
        }
    }
}

/// proves PRO-13: given a partner's value that contradicts a declared one, when deciding, then the declared one wins; a
/// partner is believed by 0.5 at most, and half of that is forgotten after 90 days.
#[test]
fn pro_13_a_partner_is_believed_little_and_not_for_long() {
    let shop = open();
    shop.define("source", "panel", &system("partner", 0.99, "declared"));
    experience(&shop, "coast", &showing("boots", r#"profile.city == "Brest""#, &json!({})));
    let panel = shop.key_for("secret", "panel");
    let ben = json!({"userId": "ben", "context": granting(&["site"])});
    send(&panel, &[identify("p0", &ben, &json!({"city": "Brest"}))]);
    let of_ben = || gist_of(&shop.profile("user_id:ben")["traits"]["city"]);
    assert_eq!(of_ben(), (json!("Brest"), 0.5, json!(["sort"])));
    assert_eq!(gist(&one(&shop.secret, &json!({"user_id": "ben"}))), "-/- because NOT_ELIGIBLE");

    shop.page_sends(&[identify("w1", &ana(), &json!({"city": "Brest"}))]);
    shop.advance("1d");
    let paris = json!({"trait": "city", "value": "Paris"});
    send(&panel, &[identify("p1", &ana(), &json!({"city": "Paris"})), track("Trait Corrected", "p2", &ana(), &paris)]);
    send(&panel, &[track("Trait Denied", "p3", &ana(), &json!({"trait": "city", "value": "Brest"}))]);
    assert_eq!(decided(&shop), "coast/a because SPLIT");
    let city = known(&shop, "city");
    assert_eq!((&city["value"], &city["source"]), (&json!("Brest"), &json!("web")));
    assert_eq!(statements(&city)[1], (json!("Paris"), "panel".into(), "outweighed".into()));
    assert_eq!((&city["denied"], &city["statements"][1]["alone"]), (&Value::Null, &json!(0.5)));

    // 0.1 + (0.5 − 0.1) / 2, where 0.1 is a guess.
    shop.advance("89d");
    assert_eq!(of_ben(), (json!("Brest"), 0.3, json!([])));
    assert_eq!(decided(&shop), "coast/a because SPLIT");
}

/// What of PRO-06 is about what is shown and stated: a value is used for as much as it is believed, and no more.
#[test]
fn what_is_shown_and_what_is_stated_asks_for_more_than_what_is_sorted() {
    let shop = open();
    publish(
        &shop,
        &json!({
            "content": {"hello": content(&json!({"en": {"text": r#"{{ "Hello " + profile.first_name | "Hello" }}."#}}))},
            "placement": {"account": placement("account", "hello")},
        }),
    );
    let greeting = showing("hello", "has(profile.first_name)", &json!({"placements": "account"}));
    experience(&shop, "greeting", &greeting);
    for (reliability, expected) in [
        (0.3, ("-/- because NOT_ELIGIBLE", "Hello.")),
        (0.5, ("-/- because NOT_ELIGIBLE", "Hello.")),
        (0.6, ("greeting/a because SPLIT", "Hello.")),
        (0.89, ("greeting/a because SPLIT", "Hello.")),
        (0.9, ("greeting/a because SPLIT", "Hello Rozenn.")),
    ] {
        let source = format!("s{}", reliability * 100.0);
        shop.define("source", &source, &system("server", reliability, "declared"));
        let who = json!({"userId": source, "context": granting(&["site"])});
        send(&shop.key_for("secret", &source), &[identify(&source, &who, &json!({"first_name": "Rozenn"}))]);
        let decision = one(&shop.secret, &json!({"user_id": source, "placements": ["account"]}));
        let text = decision["contents"][0]["payload"]["text"].as_str().unwrap();
        assert_eq!((gist(&decision).as_str(), text), expected, "{reliability}");
    }
}

/// A correction is for all purposes that it is wrong what was said before it, and for its own what is right.
#[test]
fn what_is_known_to_be_wrong_serves_no_purpose() {
    let shop = open();
    let desk = json!({"kind": "server", "reliability": 0.95, "basis": "contract", "serves": ["email"]});
    shop.define("source", "desk", &desk);
    experience(&shop, "coast", &showing("boots", r#"profile.city == "Brest""#, &json!({})));
    shop.page_sends(&[identify("w1", &ana(), &json!({"city": "Brest"}))]);
    shop.grant("user_id:ana", &["email"]);
    assert_eq!(decided(&shop), "coast/a because SPLIT");
    shop.advance("1h");
    let moved = track("Trait Corrected", "k1", &json!({"userId": "ana"}), &json!({"trait": "city", "value": "Nice"}));
    send(&shop.key_for("secret", "desk"), &[moved]);
    assert_eq!(decided(&shop), "-/- because NOT_ELIGIBLE");
    let for_mail = shop.read("user_id:ana", "?purpose=email").expect(200).json();
    assert_eq!(for_mail["traits"]["city"]["value"], "Nice");
    let for_site = known(&shop, "city");
    assert_eq!((&for_site["value"], statements(&for_site).len()), (&Value::Null, 1), "{for_site}");
}

/// Correcting is no way around a purpose of its own.
#[test]
fn what_corrects_a_trait_is_kept_for_a_purpose_that_was_granted_only() {
    let shop = open();
    shop.define("trait", "shoe_size", &json!({"holds": "number", "purpose": "ads"}));
    let correction = json!({"trait": "shoe_size", "value": 41.5});
    shop.page_sends(&[track("Trait Corrected", "k1", &ana(), &correction)]);
    let copy = shop.export("user_id:ana");
    assert_eq!((&copy["profile"]["traits"], &copy["events"][0]["properties"]), (&json!({}), &json!({})));
    shop.grant("user_id:ana", &["ads"]);
    shop.page_sends(&[track("Trait Corrected", "k2", &ana(), &correction)]);
    assert_eq!(known(&shop, "shoe_size")["value"], 41.5);
}

#[expect(clippy::disallowed_methods, reason = "the requirement itself is a span of real time")]
fn now() -> std::time::Instant {
    std::time::Instant::now()
}

/// An address that too many give is theirs all the less, and a segment over it knows at once.
#[test]
fn an_address_of_too_many_is_believed_no_more() {
    let shop = open();
    shop.segment("reachable", "has(profile.email)");
    for person in 0..25 {
        let who = json!({"userId": format!("u{person}"), "context": granting(&["site"])});
        let told = identify(&format!("m{person}"), &who, &json!({"email": "accueil@mairie-de-brest.fr"}));
        shop.server_sends(&[told]);
    }
    assert!(shop.is_in("user_id:u0", "reachable"), "whoever had it first");
    assert!(!shop.is_in("user_id:u24", "reachable"), "{}", shop.profile("user_id:u24"));
    let email = &shop.profile("user_id:u24")["traits"]["email"];
    assert_eq!(email["statements"][0]["doubt"]["code"], "shared_by_too_many", "{email}");
    assert!(email["trust"].as_f64().unwrap() <= 0.1);
}

/// proves PRO-08: given three of six fields, when deciding, then the three are used and the missing ones hold nothing up;
/// that such decisions are never worse than what is neutral is measured on a world with known truth, in
/// `crates/sim/tests`.
#[test]
fn pro_08_of_six_fields_the_three_that_are_known_are_used() {
    let shop = open();
    publish(
        &shop,
        &json!({
            "trait": {"shoe_size": {"holds": "number"}},
            "experience": {
                // What asks for a field that is missing comes first, and must not stand in the way of what is known.
                "by-size": showing("tents", "profile.shoe_size >= 40", &json!({"priority": 9})),
                "by-name": showing("tents", r#"profile.first_name == "Ana""#, &json!({"priority": 8})),
                "by-age": showing("tents", "years_since(profile.birth_date) >= 18", &json!({"priority": 7})),
                "by-three": showing(
                    "boots",
                    r#"profile.city == "Brest" && profile.gender == "woman" && profile.language == "fr""#,
                    &json!({}),
                ),
            },
        }),
    );
    assert_eq!(decided(&shop), "-/- because NO_DATA");
    shop.page_sends(&[identify("i1", &ana(), &json!({"city": "Brest", "gender": "woman", "language": "fr"}))]);
    let decision = one(&shop.secret, &json!({"user_id": "ana", "explain": true}));
    assert_eq!(gist(&decision), "by-three/a because SPLIT");
    let evidence = decision["grounds"]["evidence"].as_array().unwrap();
    let used: Vec<&str> = evidence.iter().map(|one| one["trait"]["name"].as_str().unwrap()).collect();
    assert_eq!(used, ["city", "gender", "language"], "{decision}");
    for (experience, name) in [("by-size", "shoe_size"), ("by-name", "first_name"), ("by-age", "birth_date")] {
        let rejected = decision["grounds"]["rejected"].as_array().unwrap();
        let found = rejected.iter().find(|one| one["experience"] == experience).unwrap();
        assert_eq!(found["why"], "audience", "{found}");
        assert_eq!(found["evidence"], json!([{"missing_trait": {"name": name}}]));
    }
    // With none of them there is still an answer.
    shop.grant("user_id:ben", &["site"]);
    let neutral = one(&shop.secret, &json!({"user_id": "ben"}));
    assert_eq!(
        (gist(&neutral), neutral["contents"][0]["content"].clone()),
        ("-/- because NOT_ELIGIBLE".into(), json!("welcome"))
    );
}

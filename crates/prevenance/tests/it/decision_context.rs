//! What the request says by itself, and what is known of whoever is not to be known: nothing.

use serde_json::{Map, Value, json};
use testkit::process::Options;

use crate::{
    bytes,
    deciding::{
        call, decide, experience, gist, id, one, one_from, open, open_with, placement, publish, record, replay,
        showing, shown,
    },
    shop::{Shop, at, granting, identify, track, with},
};

const PHONE: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) \
                     Version/17.5 Mobile/15E148 Safari/604.1";
const DESKTOP: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) \
                       Chrome/125.0.0.0 Safari/537.36";

/// proves COL-08: given no profile and no consent, device, system, browser, hour and the source of the traffic are usable
/// for the decision of the page, and are stored for nobody.
#[test]
fn col_08_the_context_decides_and_is_stored_for_nobody() {
    let mut shop = open();
    let audiences = [
        ("by-device", r#"request.device == "phone""#),
        ("by-os", r#"request.os == "iOS""#),
        ("by-browser", r#"request.browser == "Safari""#),
        ("by-hour", "request.hour == 10"),
        ("by-source", r#"request.referrer == "campaign" && request.campaign.source == "spring-7f3a""#),
        ("by-place", r#"request.page.path == "/hidden-91c4" && request.shop.weather == "rain-c0de""#),
    ];
    for (name, audience) in audiences {
        publish(
            &shop,
            &json!({
                "setting": {"personal_placements_per_page": {"value": audiences.len()}},
                "placement": {name: placement("web", "welcome")},
                "experience": {name: showing("boots", audience, &json!({"placements": name}))},
            }),
        );
    }
    let names: Vec<&str> = audiences.iter().map(|(name, _)| *name).collect();
    let page = json!({
        "anonymous_id": "cookie-5f2c91", "nonce": "nonce-e88d01", "placements": names,
        "context": {"page": {"url": "https://shop.example/hidden-91c4?utm_source=spring-7f3a&utm_medium=cpc"}},
        "attributes": {"weather": "rain-c0de"},
    });
    let ask = |shop: &Shop, agent: &str, body: &Value| -> Value {
        let headers = [("user-agent", agent), ("content-type", "application/json")];
        let body = body.to_string();
        let request = testkit::client::Request {
            method: "POST",
            path: "/v1/decide",
            headers: &headers,
            body: Some(body.as_bytes()),
        };
        shop.web.call(&request).expect(200).json()["decisions"].clone()
    };
    for decision in ask(&shop, PHONE, &page).as_array().unwrap() {
        assert_eq!((shown(decision), &decision["reason"]), (vec!["boots"], &json!("SPLIT")), "{decision}");
    }
    // Another request of the same visitor says other things, and nothing of the first one is left.
    shop.advance("1h");
    let other = json!({"anonymous_id": "cookie-5f2c91", "nonce": "nonce-e88d01", "placements": names});
    for decision in ask(&shop, DESKTOP, &other).as_array().unwrap() {
        assert_eq!((shown(decision), &decision["reason"]), (vec!["welcome"], &json!("NOT_ELIGIBLE")), "{decision}");
    }

    assert!(!shop.knows("anonymous_id:cookie-5f2c91"));
    let status = shop.status();
    assert_eq!((&status["profiles"], &status["events"]), (&json!(0), &json!(0)));
    for name in names {
        assert_eq!(status["anonymous"][format!("decision:{name}/a")], 1, "{status}");
    }
    let traces =
        ["cookie-5f2c91", "nonce-e88d01", "hidden-91c4", "spring-7f3a", "rain-c0de", "iPhone", "Safari", "127.0.0.1"];
    // The definitions name some of what was asked; the log and the tables are what requests write.
    let definitions = ["spring-7f3a", "hidden-91c4", "rain-c0de", "Safari"];
    let written: Vec<&str> = traces.into_iter().filter(|text| !definitions.contains(text)).collect();
    assert_eq!(bytes::found(shop.folder(), &written), None, "while it runs");
    shop.server.stop();
    assert_eq!(bytes::found(shop.folder(), &written), None, "after a stop");
    let log = shop.server.log();
    assert!(!written.iter().any(|text| log.replace("listening on http://127.0.0.1", "").contains(text)), "{log}");
    shop.start_again_at(at("2026-03-02 11:00"));
    assert_eq!(shop.status()["anonymous"], status["anonymous"], "the counts are durable");
}

/// proves DEC-09: given a phone at 22 h and a desk at 10 h, the same person gets another arm, and the record says why.
#[test]
fn dec_09_device_and_hour_change_the_arm_of_the_same_person_and_are_in_the_record() {
    let shop = open();
    publish(&shop, &json!({"setting": {"zone": {"value": "Europe/Paris"}}}));
    let evening = r#"request.hour >= 20 && request.device == "phone""#;
    let office = r#"request.hour < 12 && request.device == "desktop""#;
    experience(&shop, "evening", &showing("tents", evening, &json!({})));
    experience(&shop, "office", &showing("boots", office, &json!({})));
    shop.grant("user_id:ana", &["site"]);
    let ana = json!({"user_id": "ana"});
    let seen = |decision: &Value| -> Vec<(String, Value)> {
        let record = record(&shop, id(decision));
        let evidence = record["decision"]["grounds"]["evidence"].as_array().unwrap().clone();
        evidence
            .iter()
            .map(|one| (one["request"]["name"].as_str().unwrap().to_owned(), one["request"]["value"].clone()))
            .collect()
    };
    let is = |hour: u32, device: &str| vec![("hour".to_owned(), json!(hour)), ("device".to_owned(), json!(device))];
    // 10:00 UTC is 11 h in Paris.
    let desk = one_from(&shop.web, &[("user-agent", DESKTOP)], &ana);
    assert_eq!((gist(&desk), shown(&desk)), ("office/a because SPLIT".into(), vec!["boots"]));
    assert_eq!(seen(&desk), is(11, "desktop"));
    let early = one_from(&shop.web, &[("user-agent", PHONE)], &ana);
    assert_eq!(gist(&early), "-/- because NOT_ELIGIBLE");
    shop.advance("11h");
    let phone = one_from(&shop.web, &[("user-agent", PHONE)], &ana);
    assert_eq!((gist(&phone), shown(&phone)), ("evening/a because SPLIT".into(), vec!["tents"]));
    assert_eq!(seen(&phone), is(22, "phone"));
    let late = one_from(&shop.web, &[("user-agent", DESKTOP)], &ana);
    assert_eq!(gist(&late), "-/- because NOT_ELIGIBLE");
    // By the visitor's own clock, if the page says it.
    let tokyo = with(&ana, &json!({"context": {"timezone": "Asia/Tokyo", "userAgent": DESKTOP}}));
    let morning = one_from(&shop.web, &[("user-agent", DESKTOP)], &tokyo);
    assert_eq!((gist(&morning), seen(&morning)), ("office/a because SPLIT".into(), is(6, "desktop")));
    for decision in [&desk, &early, &phone, &late, &morning] {
        assert_eq!(replay(&shop, id(decision)), "SAME");
    }
}

/// Given the day of 23 hours: in Paris the clock went from two to three on 29 March 2026. Schedules and hours go by the
/// clock; caps and windows are spans of 24 hours, which end an hour later by it.
#[test]
fn on_a_day_of_23_hours_schedules_go_by_the_clock_and_spans_by_what_passed() {
    let shop = open();
    let places = ["schedule", "hour", "cap", "window"];
    publish(
        &shop,
        &json!({
            "setting": {"zone": {"value": "Europe/Paris"}, "personal_placements_per_page": {"value": places.len()}},
            "placement": places.map(|name| (name.to_owned(), placement("web", "welcome"))).into_iter().collect::<Map<_, _>>(),
        }),
    );
    let viewed = r#"events("Product Viewed").within("1d").count() > 0"#;
    for (name, audience, more) in [
        ("schedule", "true", json!({"starts": "2026-03-29", "ends": "2026-03-29"})),
        ("hour", "request.hour < 3", json!({})),
        ("cap", "true", json!({"caps": [{"most": 1, "per": "1d"}]})),
        ("window", viewed, json!({})),
    ] {
        experience(&shop, name, &showing("boots", audience, &with(&more, &json!({"placements": name}))));
    }
    // The test begins on 2 March at 10:00 UTC. It goes on to 28 March, 11:00 UTC, noon in Paris.
    shop.advance("625h");
    shop.grant("anonymous_id:c1", &["site"]);
    shop.page_sends(&[track("Product Viewed", "v1", &json!({"anonymousId": "c1"}), &json!({}))]);
    let asked = json!({"anonymous_id": "c1", "placements": places});
    let looked = with(&asked, &json!({"preview": true}));
    let reasons = |asked: &Value| {
        let decisions = decide(&shop.secret, asked)["decisions"].as_array().unwrap().clone();
        decisions.iter().map(|decision| decision["reason"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let (yes, no, capped) = ("SPLIT", "NOT_ELIGIBLE", "CAPPED");
    assert_eq!(reasons(&asked), [no, no, yes, yes]);
    for (wait, local, expected) in [
        ("719m", "28 March, 23:59", [no, no, capped, yes]),
        ("1m", "29 March, 0:00", [yes, yes, capped, yes]),
        ("119m", "29 March, 1:59", [yes, yes, capped, yes]),
        ("1m", "29 March, 3:00", [yes, no, capped, yes]),
        ("540m", "29 March, 12:00, after 23 hours", [yes, no, capped, yes]),
        ("59m", "29 March, 12:59", [yes, no, capped, yes]),
        ("1m", "29 March, 13:00, after 24 hours", [yes, no, yes, no]),
        ("659m", "29 March, 23:59", [yes, no, yes, no]),
        ("1m", "30 March, 0:00", [no, yes, yes, no]),
    ] {
        shop.advance(wait);
        assert_eq!(reasons(&looked), expected, "{local}");
    }
}

/// Without consent a page draws by its own nonce, gets what asks the request only, and leaves nothing but counts.
#[test]
fn without_consent_only_the_request_speaks_and_only_counts_are_kept() {
    // Somebody is known, and does not want pages to use it any more.
    let mut shop = open();
    shop.segment("hikers", r#"profile.city == "Brest""#);
    let half = json!({"variants": {"control": {"share": 0.5}, "a": {"share": 0.5, "contents": "tents"}}});
    experience(&shop, "for-hikers", &showing("boots", r#"segment("hikers")"#, &json!({"priority": 5})));
    experience(&shop, "phones", &showing("tents", r#"request.device == "phone""#, &half));
    let who = json!({"userId": "account-4711", "context": granting(&["site", "email"])});
    shop.server_sends(&[identify("i", &who, &json!({"city": "Brest"}))]);
    shop.advance("1s");
    shop.refuse("user_id:account-4711", &["site"]);
    let phone = |who: &Value| one_from(&shop.web, &[("user-agent", PHONE)], who);

    let mut arms = std::collections::BTreeMap::<String, u64>::new();
    for number in 0..40 {
        let nonce = json!({"nonce": format!("nonce-7c1d-{number}")});
        let nobody = phone(&nonce);
        let known = phone(&with(&nonce, &json!({"user_id": "account-4711"})));
        let unknown = phone(&with(&nonce, &json!({"anonymous_id": "cookie-88aa"})));
        assert_eq!(nobody["experience"], "phones", "{nobody}");
        // The same page memory draws the same, whoever it is of and however often.
        for decision in [&known, &unknown, &phone(&nonce)] {
            assert_eq!((gist(decision), shown(decision)), (gist(&nobody), shown(&nobody)));
        }
        *arms.entry(nobody["variant"].as_str().unwrap().to_owned()).or_default() += 4;
        for decision in [&nobody, &known, &unknown] {
            let path = format!("/v1/decisions/{}", id(decision));
            assert_eq!(shop.secret.get(&path).expect(404).json()["code"], "NOT_FOUND");
            assert_eq!(shop.secret.post(&format!("{path}/replay"), &json!({})).status, 404);
        }
    }
    assert!(arms.len() == 2 && arms.values().all(|count| *count >= 40), "{arms:?}");
    let path = format!("/v1/decisions/{}", id(&one(&shop.web, &json!({}))));
    let why = shop.secret.get(&path).expect(404).json()["message"].clone();
    assert!(why.as_str().unwrap().contains("about nobody"), "{why}");
    // Neutral: why depends on whether somebody is there.
    let desk = |who: &Value| gist(&one_from(&shop.web, &[("user-agent", DESKTOP)], who));
    assert_eq!(desk(&json!({"user_id": "account-4711"})), "-/- because NO_CONSENT");
    assert_eq!(desk(&json!({"anonymous_id": "cookie-88aa"})), "-/- because NO_DATA");

    let status = shop.status();
    for (arm, count) in arms {
        assert_eq!(status["anonymous"][format!("decision:phones/{arm}")], count, "{status}");
    }
    assert_eq!(status["profiles"], 1);
    let export = shop.export("user_id:account-4711").to_string();
    assert!(!export.contains("phones") && !export.contains("for-hikers"), "{export}");
    let traces = ["nonce-7c1d", "cookie-88aa"];
    assert_eq!(bytes::found(shop.folder(), &traces), None, "while it runs");
    shop.server.stop();
    assert_eq!(bytes::found(shop.folder(), &traces), None, "after a stop");
    assert!(!traces.iter().any(|text| shop.server.log().contains(text)));
}

/// Consent counts at once, both ways.
#[test]
fn a_consent_that_is_withdrawn_ends_what_is_personal_on_the_very_next_call() {
    let shop = open();
    experience(&shop, "for-women", &showing("boots", r#"profile.gender == "female""#, &json!({})));
    let ana = json!({"user_id": "ana"});
    let traits = json!({"gender": "female"});
    shop.page_sends(&[identify("i", &json!({"userId": "ana", "context": granting(&["site", "email"])}), &traits)]);
    let before = one(&shop.secret, &ana);
    assert_eq!(gist(&before), "for-women/a because SPLIT");
    shop.advance("1s");
    shop.refuse("user_id:ana", &["site"]);
    let after = one(&shop.secret, &ana);
    assert_eq!((gist(&after), shown(&after)), ("-/- because NO_CONSENT".into(), vec!["welcome"]));
    assert_eq!((&after["grounds"]["evidence"], &after["grounds"]["propensity"]), (&json!([]), &json!(1.0)));
    assert_eq!(shop.secret.get(&format!("/v1/decisions/{}", id(&after))).status, 404, "nothing of it is kept");
    shop.advance("1s");
    shop.grant("user_id:ana", &["site"]);
    assert_eq!(gist(&one(&shop.secret, &ana)), "for-women/a because SPLIT");
    shop.advance("1s");
    // Withdrawn by an event of the very call.
    let refusal = json!({"userId": "ana", "context": {"consent": {"categoryPreferences": {"site": false}}}});
    let event = track("Banner Closed", "b1", &refusal, &json!({}));
    assert_eq!(gist(&one(&shop.secret, &with(&ana, &json!({"events": [event]})))), "-/- because NO_CONSENT");
}

/// Each placement asks for the purpose of its own channel, on one page, too.
#[test]
fn each_placement_opens_only_what_its_own_purpose_opens() {
    let shop = open();
    let audience = r#"profile.gender == "female""#;
    publish(
        &shop,
        &json!({
            "placement": {"mail": placement("email", "welcome"), "letter": placement("print", "welcome")},
            "experience": {"for-women": showing("boots", audience, &json!({"placements": ["home", "mail", "letter"]}))},
        }),
    );
    let who = json!({"userId": "ana", "context": granting(&["site", "email"])});
    shop.page_sends(&[identify("i", &who, &json!({"gender": "female"}))]);
    shop.advance("1s");
    shop.refuse("user_id:ana", &["site"]);
    let decisions = decide(&shop.secret, &json!({"user_id": "ana", "placements": ["home", "mail", "letter"]}));
    let gists: Vec<String> = decisions["decisions"].as_array().unwrap().iter().map(gist).collect();
    assert_eq!(gists, ["-/- because NO_CONSENT", "for-women/a because SPLIT", "-/- because NO_CONSENT"]);
    let mail = id(&decisions["decisions"][1]);
    assert_eq!((replay(&shop, mail), replay(&shop, id(&decisions["decisions"][0]))), ("SAME".into(), "SAME".into()));
}

/// What a page gets to know with its public key: what to show, and why in one word.
#[test]
fn a_public_key_learns_what_to_show_and_nothing_of_the_person() {
    let shop = open_with(Options { seed: Some(1), ..Options::default() });
    experience(&shop, "for-ana", &showing("boots", r#"profile.city == "Quimper""#, &json!({})));
    let who = json!({"userId": "ana", "context": granting(&["site"])});
    let traits = json!({"city": "Quimper", "email": "ana@example.org", "phone": "+33612345678"});
    shop.page_sends(&[identify("i", &who, &traits)]);
    shop.server_sends(&[
        identify("v", &json!({"userId": "ana"}), &json!({"email": "ana@example.org", "email_verified": true})),
        track("Order Completed", "o", &json!({"userId": "ana"}), &json!({"loyalty_card": "card-88-17"})),
    ]);

    let public = one(&shop.web, &json!({"user_id": "ana"}));
    let fields: Vec<&str> = public.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(fields, ["benefit", "contents", "experience", "id", "placement", "reason", "ttl_s", "variant"]);
    assert!(!public.to_string().contains("Quimper"));
    for (namespace, value) in
        [("email", "ana@example.org"), ("phone", "+33612345678"), ("loyalty_card", "card-88-17"), ("user_id", "ana")]
    {
        let body = json!({"identifiers": {namespace: value}, "placements": ["home"]});
        let refused = call(&shop.web, &body).expect(403).json();
        assert_eq!((&refused["code"], &refused["error"]["pointer"]), (&json!("KEY_KIND"), &json!("/identifiers")));
        let secret = one(&shop.secret, &json!({"identifiers": {namespace: value}}));
        assert_eq!(gist(&secret), "for-ana/a because SPLIT", "{namespace}");
    }
    // Nor do they through the events that come with the call.
    let event = track(
        "Seen",
        "s",
        &json!({"context": {"traits": {"email": "ana@example.org"}}, "anonymousId": "thief"}),
        &json!({}),
    );
    let stolen = one(&shop.web, &json!({"anonymous_id": "thief", "events": [event]}));
    assert_eq!(gist(&stolen), "-/- because NO_DATA");
    let refused =
        call(&shop.web, &json!({"user_id": "ana", "placements": ["home"], "explain": true})).expect(403).json();
    assert_eq!((&refused["code"], &refused["error"]["pointer"]), (&json!("KEY_KIND"), &json!("/explain")));
    let path = format!("/v1/decisions/{}", id(&public));
    assert_eq!(shop.web.get(&path).expect(403).json()["code"], "KEY_KIND");
    assert_eq!(shop.web.post(&format!("{path}/replay"), &json!({})).expect(403).json()["code"], "KEY_KIND");
    // The shop's server sees on what it rested.
    let evidence = record(&shop, id(&public))["decision"]["grounds"]["evidence"].clone();
    assert_eq!(evidence[0]["trait"]["value"], "Quimper");
}

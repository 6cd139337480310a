//! What pages and servers send that is wrong, too much, or in another form.

use std::{fmt::Write as _, io::Write as _};

use flate2::{Compression, write::GzEncoder};
use model::limits;
use serde_json::{Value, json};
use testkit::{
    client::{Answer, Client, Request},
    process::{Options, WRITE_KEY},
};

use crate::{
    deciding::{
        call, content, decide, experience, gist, id, one, open, open_with, placement, publish, rejected, showing, shown,
    },
    shop::{granting, identify, send, track, with},
};

/// A body as it stands, so that it may be no JSON, or not in the form of ours.
fn raw(client: &Client, headers: &[(&str, &str)], body: &[u8]) -> Answer {
    client.call(&Request { method: "POST", path: "/v1/decide", headers, body: Some(body) })
}

fn refused(answer: &Answer) -> (u16, String, Option<String>) {
    let (status, body) = (answer.status, answer.json());
    let text = |value: &Value| value.as_str().map(str::to_owned);
    (status, text(&body["code"]).unwrap(), text(&body["error"]["pointer"]))
}

fn is(status: u16, code: &str, pointer: &str) -> (u16, String, Option<String>) {
    (status, code.to_owned(), (!pointer.is_empty()).then(|| pointer.to_owned()))
}

/// A placement that is not there says so, and the others are answered.
#[test]
fn a_placement_that_does_not_exist_is_told_and_costs_the_others_nothing() {
    let shop = open();
    experience(&shop, "walk", &showing("boots", "true", &json!({})));
    shop.grant("user_id:ana", &["site"]);
    for who in [json!({"user_id": "ana"}), json!({})] {
        let asked = with(&who, &json!({"placements": ["nowhere", "home", "Home", "", "é\u{0}"]}));
        let answer = decide(&shop.secret, &asked);
        let decisions = answer["decisions"].as_array().unwrap();
        let gists: Vec<String> = decisions.iter().map(gist).collect();
        let nowhere = "-/- because ERROR";
        assert_eq!(gists, [nowhere, "walk/a because SPLIT", nowhere, nowhere, nowhere]);
        assert_eq!((shown(&decisions[0]), shown(&decisions[1])), (vec![], vec!["boots"]));
        assert_eq!(
            (&decisions[4]["placement"], &decisions[4]["error"]),
            (&json!("é\u{0}"), &json!("UNKNOWN_PLACEMENT"))
        );
        assert_eq!(decisions[1].get("error"), None);
    }
}

#[test]
fn one_call_asks_for_so_many_placements_and_no_more() {
    let shop = open();
    let names = |count: usize| -> Vec<String> { (0..count).map(|number| format!("p{number}")).collect() };
    let many: serde_json::Map<String, Value> =
        names(limits::PAGE_PLACEMENTS).into_iter().map(|name| (name, placement("email", "welcome"))).collect();
    publish(
        &shop,
        &json!({"placement": many, "experience": {
        "walk": showing("boots", "true", &json!({"placements": names(limits::PAGE_PLACEMENTS)}))}}),
    );
    shop.grant("user_id:ana", &["email"]);
    let answer = decide(&shop.secret, &json!({"user_id": "ana", "placements": names(64)}));
    let decisions = answer["decisions"].as_array().unwrap();
    assert!(decisions.iter().zip(names(64)).all(|(one, name)| shown(one) == ["boots"] && one["placement"] == name));
    let ids: std::collections::BTreeSet<&str> = decisions.iter().map(id).collect();
    assert_eq!(ids.len(), 64, "each has its own id");
    for count in [65, 500, 100_000] {
        let body = json!({"user_id": "ana", "placements": names(count)});
        assert_eq!(refused(&call(&shop.web, &body)), is(422, "TOO_MANY", "/placements"));
    }
    assert_eq!(refused(&call(&shop.web, &json!({"placements": []}))), is(422, "EMPTY", "/placements"));
    let twice = json!({"placements": ["home", "p1", "home"]});
    assert_eq!(refused(&call(&shop.secret, &twice)), is(422, "TWICE", "/placements/2"));
}

#[test]
fn what_is_wrong_in_a_call_is_refused_with_the_field_at_fault() {
    let shop = open();
    publish(&shop, &json!({"placement": {"mail": placement("email", "welcome")}}));
    let long = "x".repeat(201);
    for (body, expected) in [
        (json!({}), is(422, "MISSING_FIELD", "/placements")),
        (json!([]), (422, "VALIDATION".to_owned(), Some(String::new()))),
        (json!({"placements": "home"}), is(422, "VALIDATION", "/placements")),
        (json!({"placements": [1]}), is(422, "VALIDATION", "/placements/0")),
        (json!({"placements": ["home"], "placement": "home"}), is(422, "UNKNOWN_FIELD", "/placement")),
        (json!({"placements": ["home"], "nonce": long}), is(422, "TOO_LONG", "/nonce")),
        (json!({"placements": ["home", "mail"], "channel": "web"}), is(422, "CONTRADICTION", "/placements/1")),
        (json!({"placements": ["home"], "channel": "pigeon"}), is(422, "UNKNOWN_WORD", "/channel")),
        (json!({"placements": ["home"], "languages": [long]}), is(422, "TOO_LONG", "/languages/0")),
        (json!({"placements": ["home"], "languages": vec!["fr"; 21]}), is(422, "TOO_MANY", "/languages")),
        (json!({"placements": ["home"], "format": "pdf"}), is(422, "UNKNOWN_WORD", "/format")),
        (json!({"placements": ["home"], "context": "web"}), is(422, "VALIDATION", "/context")),
        (
            json!({"placements": ["home"], "identifiers": {"shoe~/size": "39"}}),
            is(422, "UNKNOWN_NAMESPACE", "/identifiers/shoe~0~1size"),
        ),
        (json!({"placements": ["home"], "user_id": 7}), is(422, "VALIDATION", "/user_id")),
    ] {
        assert_eq!(refused(&call(&shop.secret, &body)), expected, "{body}");
    }
    for (body, code) in [
        (&b"{\"placements\": [\"home\"], \"attributes\": {\"x\": NaN}}"[..], "BAD_JSON"),
        (b"{\"placements\": [\"home\"]", "BAD_JSON"),
        (b"", "BAD_JSON"),
        (b"{\"placements\": [\"\xff\"]}", "BAD_JSON"),
    ] {
        let answer = raw(&shop.secret, &[], body);
        assert_eq!(answer.status, 400, "{answer:?}");
        assert!([code, "INVALID_UTF8"].contains(&answer.json()["code"].as_str().unwrap()), "{answer:?}");
    }
    assert_eq!(call(&shop.server.nobody(), &json!({"placements": ["home"]})).expect(401).json()["code"], "UNKNOWN_KEY");
    // What identifies nobody is no error: a page sends what it has.
    for id in ["", " ", "null", "undefined", "0", &"x".repeat(300)] {
        let home = one(&shop.secret, &json!({"user_id": id, "anonymous_id": id, "identifiers": {"email": id}}));
        assert_eq!(shown(&home), ["welcome"], "{id:?}");
    }
}

/// One identifier beyond the limit is told, and none is left out in silence.
#[test]
fn a_call_names_so_many_identifiers_and_no_more() {
    let shop = open();
    let cards = |count: usize, value: Value| -> Value {
        (1..=count).map(|number| (format!("card{number}"), value.clone())).collect::<serde_json::Map<_, _>>().into()
    };
    publish(&shop, &json!({"namespace": cards(limits::EVENT_IDENTIFIERS, json!({"strength": "weak"}))}));
    for (path, asked) in
        [("/v1/decide", json!({"placements": ["home"]})), ("/v1/consent", json!({"purposes": {"site": true}}))]
    {
        let naming = |count| with(&asked, &json!({"user_id": "ana", "identifiers": cards(count, json!("c-7"))}));
        _ = shop.secret.post(path, &naming(limits::EVENT_IDENTIFIERS - 1)).expect(200);
        let beyond = shop.secret.post(path, &naming(limits::EVENT_IDENTIFIERS));
        assert_eq!(refused(&beyond), is(422, "TOO_MANY_IDENTIFIERS", "/identifiers"), "{path}");
    }
}

/// Whatever depth and size a page gives what it says of itself, its placements are filled.
#[test]
fn a_context_of_any_depth_is_no_reason_to_show_nothing() {
    let shop = open();
    experience(&shop, "rain", &showing("boots", r#"request.shop.weather == "rain""#, &json!({})));
    let deep = |depth: usize| format!("{}1{}", "{\"a\":".repeat(depth), "}".repeat(depth));
    let mut wide = String::new();
    (0..20_000).for_each(|number| _ = write!(wide, "\"k{number}\": {number}, "));
    for (context, attributes) in [
        (deep(100), "{\"weather\": \"rain\"}".to_owned()),
        (
            "{\"page\": {\"url\": [1, 2]}, \"campaign\": 7, \"locale\": {}, \"ip\": \"not an address\"}".into(),
            "{\"weather\": \"rain\"}".into(),
        ),
        (format!("{{\"userAgent\": \"{}\"}}", "x".repeat(100_000)), "{\"weather\": \"rain\"}".into()),
        ("{}".into(), "{\"weather\": \"rain\", \"big\": 1e308, \"deep\": ".to_owned() + &deep(60) + "}"),
        (format!("{{{wide}\"x\": 1}}"), "{\"weather\": \"rain\"}".into()),
    ] {
        let body = format!("{{\"placements\": [\"home\"], \"context\": {context}, \"attributes\": {attributes}}}");
        let decision = raw(&shop.web, &[], body.as_bytes()).expect(200).json()["decisions"][0].clone();
        assert_eq!(gist(&decision), "rain/a because SPLIT", "{}", &body[..200.min(body.len())]);
    }
    // What is nested beyond all sense is no JSON that anybody reads.
    let body = format!("{{\"placements\": [\"home\"], \"context\": {}}}", deep(10_000));
    assert_eq!(raw(&shop.web, &[], body.as_bytes()).expect(400).json()["code"], "BAD_JSON");
}

/// Events of the call: at most twenty; one that is wrong is told, the others count for this very answer.
#[test]
fn a_refused_event_is_told_beside_the_answer_and_the_others_count() {
    let shop = open();
    experience(&shop, "walk", &showing("boots", r#"events("Product Viewed").count() >= 2"#, &json!({})));
    let who = json!({"anonymousId": "c1", "context": granting(&["site"])});
    let view = |id: &str| track("Product Viewed", id, &who, &json!({}));
    let nameless = json!({"type": "track", "anonymousId": "c1", "messageId": "bad"});
    let events = json!([view("v1"), nameless, 7, view("v2"), {"type": "dance", "anonymousId": "c1"}]);
    let answer = decide(&shop.web, &json!({"anonymous_id": "c1", "placements": ["home"], "events": events}));
    assert_eq!(gist(&answer["decisions"][0]), "walk/a because SPLIT");
    let refused_events: Vec<Value> = answer["refused"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| json!([one["index"], one["messageId"], one["code"], one["pointer"]]))
        .collect();
    let expected = [
        json!([1, "bad", "EVENT_NAME_MISSING", "/event"]),
        json!([2, null, "NOT_AN_OBJECT", ""]),
        json!([4, null, "UNKNOWN_TYPE", "/type"]),
    ];
    assert_eq!(refused_events, expected, "as /v1/batch tells it");
    assert_eq!(shop.rejected().len(), 2, "what says whom it is about is kept for correction");

    let many = |count: usize| -> Vec<Value> { (0..count).map(|number| view(&format!("m{number}"))).collect() };
    let body = |count: usize| json!({"anonymous_id": "c1", "placements": ["home"], "events": many(count)});
    let too_many = refused(&call(&shop.web, &body(21)));
    assert_eq!(too_many, is(413, "TOO_MANY_EVENTS", "/events"));
    assert_eq!(shop.count("anonymous_id:c1", "Product Viewed"), 2, "none of the twenty-one was taken");
    // A call that is refused for another reason has taken none either.
    let wrong = json!({"anonymous_id": "c1", "placements": ["home", "home"], "events": many(1)});
    assert_eq!(refused(&call(&shop.web, &wrong)), is(422, "TWICE", "/placements/1"));
    assert_eq!(shop.count("anonymous_id:c1", "Product Viewed"), 2);
    _ = call(&shop.web, &body(20)).expect(200);
    assert_eq!(shop.count("anonymous_id:c1", "Product Viewed"), 22);
}

/// Somebody who has done a great deal is decided for as anybody is.
#[test]
fn a_person_with_ten_thousand_events_is_decided_for() {
    let shop = open();
    let audience = r#"events("Product Viewed").where(category == "boots").within("7d").count() >= 9000"#;
    experience(&shop, "walk", &showing("boots", audience, &json!({})));
    let who = json!({"userId": "ana", "context": granting(&["site"])});
    let view = |number: usize| track("Product Viewed", &format!("v{number}"), &who, &json!({"category": "boots"}));
    let events: Vec<Value> = (0..10_000).map(view).collect();
    events.chunks(2_500).for_each(|events| send(&shop.web, events));
    let decision = one(&shop.secret, &json!({"user_id": "ana"}));
    assert_eq!(gist(&decision), "walk/a because SPLIT", "{decision}");
    assert_eq!(decision["grounds"]["evidence"][0]["events"]["matched"], 10_000);
    assert_eq!(crate::deciding::replay(&shop, id(&decision)), "SAME");
}

/// Explained, every candidate says what stood against it.
#[test]
fn explained_every_candidate_that_did_not_win_says_why() {
    let shop = open();
    let more = |more: Value| showing("boots", "true", &more);
    publish(
        &shop,
        &json!({
            "layer": {"tests": {}},
            "content": {"old": with(&content(&json!({"en": {"title": "Old"}})), &json!({"expires": "2026-03-01"}))},
            "placement": {"side": placement("web", "welcome"), "foot": placement("web", "welcome")},
            "setting": {"personal_placements_per_page": {"value": 1}},
            "experience": {
                "a-disabled": more(json!({"enabled": false})),
                "b-later": more(json!({"starts": "2026-03-03"})),
                "c-over": more(json!({"ends": "2026-03-01"})),
                "d-expired": showing("old", "true", &json!({})),
                "e-audience": showing("boots", r#"profile.city == "Brest""#, &json!({})),
                "f-traffic": more(json!({"traffic": 0})),
                "g-layer": more(json!({"layer": {"name": "tests", "from": 0, "to": 0.0001}})),
                "h-capped": more(json!({"caps": [{"most": 1, "per": "1d"}], "placements": ["home", "foot"], "priority": 1})),
                "i-wins": more(json!({"placements": ["home", "side"]})),
                "j-loses": more(json!({"score": -1})),
            },
        }),
    );
    shop.grant("user_id:ana", &["site"]);
    shop.page_sends(&[identify("i", &json!({"userId": "ana"}), &json!({"city": "Quimper"}))]);
    let ask =
        |placements: Value| decide(&shop.secret, &json!({"user_id": "ana", "placements": placements, "explain": true}));
    assert_eq!(gist(&ask(json!(["foot"]))["decisions"][0]), "h-capped/a because SPLIT");
    let page = ask(json!(["home", "side"]));
    let home = &page["decisions"][0];
    assert_eq!((gist(home).as_str(), &home["grounds"]["standing"]), ("i-wins/a because SPLIT", &json!("score")));
    let expected = json!({
        "a-disabled": "disabled", "b-later": "not_started", "c-over": "ended", "d-expired": "expired",
        "e-audience": "audience", "f-traffic": "traffic", "g-layer": "layer", "h-capped": "capped", "j-loses": "lost",
    });
    assert_eq!(Value::Object(rejected(home)), expected);
    let detail = |name: &str| {
        let all = home["grounds"]["rejected"].as_array().unwrap();
        all.iter().find(|one| one["experience"] == name).unwrap().clone()
    };
    assert_eq!(detail("b-later")["detail"], "2026-03-03T00:00:00Z");
    assert_eq!(detail("c-over")["detail"], "2026-03-02T00:00:00Z");
    assert_eq!(detail("d-expired")["detail"], "old");
    assert_eq!(detail("e-audience")["evidence"][0]["trait"]["value"], "Quimper");
    assert_eq!(detail("f-traffic")["detail"], 0.0);
    assert_eq!(detail("h-capped")["detail"], "2026-03-03T10:00:00Z");
    assert_eq!(detail("j-loses")["detail"], json!({"to": "i-wins", "by": "score"}));
    let side = &page["decisions"][1];
    assert_eq!((gist(side).as_str(), &rejected(side)["i-wins"]), ("-/- because CAPPED", &json!("page_capped")));
    let nobody = one(&shop.secret, &json!({"explain": true}));
    assert_eq!(rejected(&nobody)["e-audience"], "no_data");
    assert_eq!(one(&shop.secret, &json!({"user_id": "ana"}))["grounds"].get("rejected"), None);
}

/// Browsers send text to need no preflight, and the key in the body; servers send gzip.
#[test]
fn plain_text_with_the_key_in_it_and_gzip_are_read_as_json_is() {
    let shop = open();
    experience(&shop, "walk", &showing("boots", "true", &json!({})));
    let body = json!({"placements": ["home"], "nonce": "n", "writeKey": WRITE_KEY, "anonymousId": "c1"}).to_string();
    let nobody = shop.server.nobody();
    let headers = [("content-type", "text/plain;charset=UTF-8"), ("origin", "https://shop.example")];
    let answer = raw(&nobody, &headers, body.as_bytes()).expect(200);
    assert_eq!(gist(&answer.json()["decisions"][0]), "walk/a because SPLIT");
    assert!(answer.header("access-control-allow-origin").is_some(), "{:?}", answer.headers);
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(body.as_bytes()).unwrap();
    let gzip = gzip.finish().unwrap();
    for headers in [&[("content-encoding", "gzip")][..], &[]] {
        assert_eq!(gist(&raw(&nobody, headers, &gzip).expect(200).json()["decisions"][0]), "walk/a because SPLIT");
    }
    assert_eq!(raw(&nobody, &[("content-encoding", "gzip")], &gzip[..20]).expect(400).json()["code"], "BAD_GZIP");
}

/// Overloaded, the shop shows what is neutral: no placement is blank, no answer is an error.
#[test]
fn overloaded_every_placement_is_neutral_and_none_is_blank() {
    let env = vec![("PREVENANCE__LIMITS__DECISIONS_WAITING".to_owned(), "0".to_owned())];
    let shop = open_with(Options { seed: Some(1), env, ..Options::default() });
    experience(&shop, "walk", &showing("boots", "true", &json!({})));
    publish(&shop, &json!({"placement": {"mail": placement("email", "tents")}}));
    shop.grant("user_id:ana", &["site", "email"]);
    let event = track("Seen", "s", &json!({"userId": "ana"}), &json!({}));
    let asked = json!({"user_id": "ana", "placements": ["home", "mail", "nowhere"], "events": [event]});
    let answer = decide(&shop.secret, &asked);
    let decisions = answer["decisions"].as_array().unwrap();
    assert_eq!(decisions.iter().map(shown).collect::<Vec<_>>(), [vec!["welcome"], vec!["tents"], vec![]]);
    for decision in &decisions[..2] {
        assert_eq!((&decision["reason"], &decision["error"]), (&json!("ERROR"), &json!("OVERLOADED")));
        assert_eq!((decision.get("id"), decision.get("experience")), (None, None), "it is in no record: {decision}");
    }
    assert_eq!(shop.count("user_id:ana", "Seen"), 1, "what came with the call is kept all the same");
    let metrics = shop.server.nobody().get("/metrics").expect(200).text();
    assert!(metrics.contains("prevenance_pages_total{outcome=\"gave_up\"} 1\n"), "{metrics}");
    // Nobody waits for anybody where only the request speaks.
    assert_eq!(gist(&one(&shop.web, &json!({}))), "walk/a because SPLIT");
}

/// Events that cannot be taken in now cost the page its personalization and are told, so that they can be sent again.
#[test]
fn where_the_events_of_a_call_find_no_room_the_page_is_neutral_and_knows_which() {
    let env = vec![("PREVENANCE__LIMITS__EVENTS_UNDER_WAY".to_owned(), "1".to_owned())];
    let shop = open_with(Options { seed: Some(1), env, ..Options::default() });
    experience(&shop, "walk", &showing("boots", "true", &json!({})));
    shop.grant("user_id:ana", &["site"]);
    let event = |id: &str| track("Seen", id, &json!({"userId": "ana"}), &json!({}));
    let ask = |events: Value| decide(&shop.web, &json!({"user_id": "ana", "placements": ["home"], "events": events}));
    let answer = ask(json!([event("s1"), event("s2")]));
    assert_eq!((shown(&answer["decisions"][0]), answer["decisions"][0].get("id")), (vec!["welcome"], None));
    let told: Vec<(u64, &str)> = answer["refused"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["index"].as_u64().unwrap(), one["code"].as_str().unwrap()))
        .collect();
    assert_eq!(told, [(0, "OVERLOADED"), (1, "OVERLOADED")]);
    assert_eq!(shop.count("user_id:ana", "Seen"), 0);
    assert_eq!(shown(&ask(json!([event("s1")]))["decisions"][0]), ["boots"]);
}

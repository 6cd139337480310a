//! Input that no client should send and every server gets: each has a clear error, and takes nothing else with it.

use std::io::Write;

use flate2::{Compression, write::GzEncoder};
use serde_json::{Value, json};
use testkit::client::{Answer, Client, Request};

use crate::shop::{START, Shop, before, track};

/// A shop with one person who agreed.
fn shop() -> Shop {
    let shop = Shop::open();
    shop.grant("anonymous_id:c1", &["site"]);
    shop
}

fn view(id: &str) -> Value {
    track("Product Viewed", id, &json!({"anonymousId": "c1"}), &json!({"product_id": id}))
}

fn batch(events: &[Value]) -> Vec<u8> {
    json!({"batch": events}).to_string().into_bytes()
}

fn gzip(plain: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(plain).unwrap();
    encoder.finish().unwrap()
}

fn post(client: &Client, headers: &[(&str, &str)], body: &[u8]) -> Answer {
    client.call(&Request { method: "POST", path: "/v1/batch", headers, body: Some(body) })
}

/// The code of an answer with an error status, which stands in its body twice: for clients and for people.
fn refused(answer: Answer, status: u16) -> String {
    let error = answer.expect(status).json();
    assert_eq!(error["code"], error["error"]["code"]);
    assert!(error["message"].as_str().is_some_and(|sentence| sentence.ends_with('.')), "{error}");
    error["code"].as_str().unwrap().to_owned()
}

/// Sends one event and returns why it was refused: code and pointer. It must be kept, and listed with the same reason.
fn rejected(shop: &Shop, raw_event: &str) -> (String, String) {
    let body = format!("{{\"batch\":[{},{raw_event}]}}", view("good"));
    let answer = post(&shop.web, &[], body.as_bytes()).expect(200).json();
    let [rejected] = &answer["rejected"].as_array().unwrap()[..] else { panic!("{answer}") };
    assert_eq!(rejected["index"], 1);
    assert!(rejected["message"].as_str().is_some_and(|sentence| sentence.ends_with('.')), "{rejected}");
    let listed = shop.rejected();
    let [kept] = &listed[..] else { panic!("{listed:?}") };
    assert_eq!(
        (&kept["code"], &kept["pointer"], &kept["source"]),
        (&rejected["code"], &rejected["pointer"], &json!("web"))
    );
    assert_eq!(shop.count("anonymous_id:c1", "Product Viewed"), 1, "the event beside it is taken");
    (rejected["code"].as_str().unwrap().to_owned(), rejected["pointer"].as_str().unwrap().to_owned())
}

fn why(raw_event: &str) -> (String, String) {
    rejected(&shop(), raw_event)
}

fn is(code: &str, pointer: &str) -> (String, String) {
    (code.to_owned(), pointer.to_owned())
}

/// The view of `c1` with raw JSON as its properties.
fn with_properties(properties: &str) -> String {
    format!(r#"{{"type":"track","event":"E","messageId":"bad","anonymousId":"c1","properties":{properties}}}"#)
}

#[test]
fn bodies_that_cannot_be_read_say_why_and_leave_nothing() {
    let shop = shop();
    let whole = gzip(&batch(&[view("in-gzip")]));
    let as_gzip = [("content-encoding", "gzip")];
    assert_eq!(refused(post(&shop.web, &as_gzip, &whole[..whole.len() - 9]), 400), "BAD_GZIP");
    assert_eq!(refused(post(&shop.web, &as_gzip, b"{\"batch\":[]}"), 400), "BAD_GZIP");
    // A bomb: 5 kB that unfold to 100 MB are never unfolded beyond the limit.
    let bomb = gzip(&vec![b' '; 20_000_000]);
    assert!(bomb.len() < 50_000);
    assert_eq!(refused(post(&shop.web, &as_gzip, &bomb), 413), "BODY_TOO_LARGE");
    assert_eq!(refused(post(&shop.web, &[("content-encoding", "br")], b"x"), 415), "UNSUPPORTED_ENCODING");
    assert_eq!(refused(post(&shop.web, &[], &vec![b' '; 10_000_000]), 413), "BODY_TOO_LARGE");
    assert_eq!(refused(post(&shop.web, &[], b"{\"batch\":[{\"type\":\"track\""), 400), "BAD_JSON");
    assert_eq!(refused(post(&shop.web, &[], b"{\"batch\":[\"\xff\xfe\"]}"), 400), "INVALID_UTF8");
    assert_eq!(refused(post(&shop.web, &[], b""), 400), "BAD_JSON");
    assert_eq!(refused(post(&shop.web, &[], b"[1]"), 400), "BAD_BODY");
    let deep = format!("{{\"batch\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
    assert!(matches!(post(&shop.web, &[], deep.as_bytes()).status, 200 | 400));
    assert_eq!(shop.timeline("anonymous_id:c1").len(), 1, "only the consent");
    // The same bytes, whole, are taken; with and without the header that says what they are.
    assert_eq!(post(&shop.web, &as_gzip, &whole).expect(200).json(), json!({"success": true}));
    assert_eq!(post(&shop.web, &[], &whole).expect(200).json(), json!({"success": true}));
    assert_eq!(shop.count("anonymous_id:c1", "Product Viewed"), 1);
}

#[test]
fn the_2501st_event_of_a_batch_is_rejected_alone() {
    let shop = shop();
    let events: Vec<Value> = (0..2_501).map(|number| view(&format!("m{number}"))).collect();
    let answer = post(&shop.web, &[], &batch(&events)).expect(200).json();
    let [rejected] = &answer["rejected"].as_array().unwrap()[..] else { panic!("one is beyond: {answer}") };
    assert_eq!((&rejected["index"], &rejected["code"]), (&json!(2_500), &json!("BATCH_TOO_LONG")));
    assert_eq!(rejected["messageId"], "m2500");
    assert_eq!(shop.profile("anonymous_id:c1")["events"], 2_501, "2,500 and the consent");
    // It can be sent again by itself.
    let id = shop.rejected()[0]["id"].as_str().unwrap().to_owned();
    let replayed = shop.secret.post(&format!("/v1/rejected/{id}/replay"), &json!({})).expect(200).json();
    assert_eq!(replayed["accepted"], true);
    assert_eq!(shop.profile("anonymous_id:c1")["events"], 2_502);
}

#[test]
fn deep_and_wide_events_are_rejected_alone() {
    let deep = format!("{}1{}", "{\"a\":".repeat(200), "}".repeat(200));
    assert_eq!(why(&with_properties(&deep)), is("TOO_DEEP", "/properties"));
    let names: Vec<String> = (0..10_000).map(|number| format!("\"{number:x}\":1")).collect();
    let wide = format!("{{{}}}", names.join(","));
    let (code, _) = why(&with_properties(&wide));
    assert!(["TOO_MANY_VALUES", "EVENT_TOO_LARGE"].contains(&code.as_str()), "{code}");
    let few: Vec<String> = (0..4_097).map(|_| "1".to_owned()).collect();
    assert_eq!(why(&with_properties(&format!("{{\"a\":[{}]}}", few.join(",")))), is("TOO_MANY_VALUES", "/properties"));
}

#[test]
fn an_event_with_a_text_of_a_megabyte_is_rejected_alone() {
    let long = json!({"text": "x".repeat(1_000_000)}).to_string();
    assert_eq!(why(&with_properties(&long)).0, "EVENT_TOO_LARGE");
}

#[test]
fn dates_that_cannot_be_are_rejected_with_their_field() {
    let dated = |timestamp: &str| {
        format!(r#"{{"type":"track","event":"E","messageId":"bad","anonymousId":"c1","timestamp":"{timestamp}"}}"#)
    };
    assert_eq!(why(&dated("30000-01-01T00:00:00Z")), is("TIMESTAMP_INVALID", "/timestamp"));
    assert_eq!(why(&dated("+030000-01-01T00:00:00Z")), is("TIMESTAMP_INVALID", "/timestamp"));
    assert_eq!(why(&dated("yesterday")), is("TIMESTAMP_INVALID", "/timestamp"));
    assert_eq!(why(&dated("2026-03-03T10:00:01Z")), is("TIMESTAMP_FUTURE", "/timestamp"));
}

#[test]
fn a_moment_up_to_a_day_ahead_is_taken_as_now() {
    let shop = shop();
    let mut event = view("tomorrow");
    event["timestamp"] = json!("2026-03-03T10:00:00Z");
    shop.page_sends(&[event]);
    let timeline = shop.timeline("anonymous_id:c1");
    let event = timeline.iter().find(|event| event["message_id"] == "tomorrow").unwrap();
    assert_eq!(event["timestamp"], "2026-03-02T10:00:00Z");
}

#[test]
fn numbers_that_are_none_are_no_json_and_those_beyond_a_double_are_rejected() {
    let shop = shop();
    for word in ["NaN", "Infinity", "-Infinity"] {
        let body = format!("{{\"batch\":[{}]}}", with_properties(&format!("{{\"total\":{word}}}")));
        assert_eq!(refused(post(&shop.web, &[], body.as_bytes()), 400), "BAD_JSON", "{word}");
    }
    assert_eq!(why(&with_properties("{\"total\":1e999}")), is("BAD_VALUE", "/properties"));
}

#[test]
fn of_duplicate_names_the_last_one_stands() {
    let shop = shop();
    let raw = with_properties(r#"{"total":1,"total":2}"#);
    let answer = post(&shop.web, &[], format!("{{\"batch\":[{raw}]}}").as_bytes()).expect(200).json();
    assert_eq!(answer, json!({"success": true}));
    let timeline = shop.timeline("anonymous_id:c1");
    let event = timeline.iter().find(|event| event["message_id"] == "bad").unwrap();
    assert_eq!(event["properties"], json!({"total": 2}));
}

#[test]
fn events_without_what_they_need_say_the_field() {
    assert_eq!(why(r#"{"type":"track","anonymousId":"c1"}"#), is("EVENT_NAME_MISSING", "/event"));
    assert_eq!(why(r#"{"type":"trick","event":"E","anonymousId":"c1"}"#), is("UNKNOWN_TYPE", "/type"));
    let long = "m".repeat(101);
    let event = format!(r#"{{"type":"page","anonymousId":"c1","messageId":"{long}"}}"#);
    assert_eq!(why(&event), is("MESSAGE_ID_TOO_LONG", "/messageId"));
}

#[test]
fn keys_that_are_unknown_revoked_or_of_the_wrong_kind_are_refused() {
    let shop = shop();
    let nobody = shop.server.nobody();
    assert_eq!(refused(post(&nobody, &[], &batch(&[view("m1")])), 401), "UNKNOWN_KEY");
    assert_eq!(refused(post(&nobody.with_key("pk_unknown"), &[], &batch(&[view("m1")])), 401), "UNKNOWN_KEY");
    assert_eq!(refused(shop.web.get("/v1/status"), 403), "KEY_KIND");
    assert_eq!(refused(shop.web.get("/v1/profiles/anonymous_id:c1"), 403), "KEY_KIND");

    let made =
        shop.secret.post("/v1/keys", &json!({"kind": "public", "source": "web", "title": "old"})).expect(200).json();
    let old = nobody.with_key(made["secret"].as_str().unwrap());
    assert_eq!(post(&old, &[], &batch(&[view("m1")])).status, 200);
    // Replaced with an overlap, then the overlap is over.
    let id = made["key"]["id"].clone();
    let new = json!({"kind": "public", "source": "web", "title": "new", "replaces": id, "overlap_s": 3_600});
    let new = nobody.with_key(shop.secret.post("/v1/keys", &new).expect(200).json()["secret"].as_str().unwrap());
    assert_eq!(
        (post(&old, &[], &batch(&[view("m2")])).status, post(&new, &[], &batch(&[view("m3")])).status),
        (200, 200)
    );
    shop.advance("1h");
    assert_eq!(refused(post(&old, &[], &batch(&[view("m4")])), 401), "REVOKED_KEY");
    assert_eq!(post(&new, &[], &batch(&[view("m4")])).status, 200);
    // Keys are shown once: neither the list nor the data folder has them.
    let secret = made["secret"].as_str().unwrap();
    assert!(!shop.secret.get("/v1/keys").expect(200).text().contains(secret));
    assert_eq!(crate::bytes::found(shop.folder(), &[secret]), None);
}

#[test]
fn the_test_clock_is_absent_in_normal_mode() {
    let server = testkit::process::Server::start(crate::shop::PROGRAM, testkit::process::Options::default());
    let answer = server.secret().post("/v1/test/clock", &json!({"advance_ms": 1}));
    assert_eq!(refused(answer, 404), "TEST_CLOCK_OFF");
}

/// The same event in any order of arrival, in batches or one by one, gives the same profile.
#[test]
fn order_of_arrival_does_not_matter() {
    let told = |order: &[usize]| {
        let shop = shop();
        shop.segment("sizes", r#"events("Order Completed").last(total) == 3"#);
        let said = |number: &usize| {
            let (who, ago) = (json!({"anonymousId": "c1"}), format!("{}h", 10 - number));
            let event = match number % 2 {
                0 => {
                    json!({"type": "identify", "messageId": format!("m{number}"), "traits": {"city": format!("city {number}")}})
                }
                _ => track("Order Completed", &format!("m{number}"), &who, &json!({"total": number})),
            };
            crate::shop::with(&event, &json!({"anonymousId": "c1", "timestamp": before(START, &ago)}))
        };
        order.iter().map(said).for_each(|event| shop.page_sends(&[event]));
        let mut profile = shop.profile("anonymous_id:c1");
        profile["id"] = Value::Null;
        (profile, shop.timeline("anonymous_id:c1"))
    };
    let straight = told(&[0, 1, 2, 3]);
    assert_eq!(straight.0["traits"]["city"]["value"], "city 2");
    assert_eq!(straight.0["segments"], json!(["sizes"]));
    assert_eq!(told(&[3, 2, 1, 0]), straight);
    assert_eq!(told(&[2, 0, 3, 1]), straight);
}

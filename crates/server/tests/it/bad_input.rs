//! Bodies that are broken, too large, or made to hurt. Each is answered, and the next request is served.

use std::io::Write;

use flate2::{Compression, write::GzEncoder};
use serde_json::json;
use testkit::client::{Answer, Request};

use crate::shop::{Shop, code, is};

fn post(shop: &Shop, body: &[u8], headers: &[(&str, &str)]) -> Answer {
    shop.write().call(&Request { method: "POST", path: "/v1/batch", headers, body: Some(body) })
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn one(shop: &Shop, event: &str) -> serde_json::Value {
    post(shop, format!("{{\"batch\":[{event}]}}").as_bytes(), &[]).expect(200).json()
}

#[test]
fn broken_bodies_are_refused_as_a_whole() {
    let shop = Shop::new();
    let whole = gzip(br#"{"batch":[]}"#);
    let gzipped = [("content-encoding", "gzip")];
    for (body, headers, expected) in [
        (&whole[..whole.len() - 5], &gzipped[..], is(400, "BAD_GZIP")),
        (&whole[..whole.len() - 5], &[], is(400, "BAD_GZIP")),
        (b"plain", &gzipped, is(400, "BAD_GZIP")),
        (b"x", &[("content-encoding", "br")], is(415, "UNSUPPORTED_ENCODING")),
        (b"", &[], is(400, "BAD_JSON")),
        (b"{", &[], is(400, "BAD_JSON")),
        (b"[]", &[], is(400, "BAD_BODY")),
        (b"{}", &[], is(400, "BAD_BODY")),
        (b"{\"batch\":[\"\xff\"]}", &[], is(400, "INVALID_UTF8")),
        (&b"[".repeat(200_000), &[], is(400, "BAD_JSON")),
    ] {
        let answer = post(&shop, body, headers);
        let shown = String::from_utf8_lossy(&body[..body.len().min(20)]).into_owned();
        assert!(code(&answer) == expected || expected.1 == "BAD_JSON" && answer.status == 400, "{shown}: {answer:?}");
    }
    _ = post(&shop, br#"{"batch":[]}"#, &[]).expect(200);
}

#[test]
fn large_bodies_and_bombs_are_refused_after_reading() {
    let shop = Shop::new();
    let padded = |bytes: usize| {
        let mut body = br#"{"batch":[]}"#.to_vec();
        body.resize(bytes, b' ');
        body
    };
    let most = model::limits::BODY_BYTES;
    _ = post(&shop, &padded(most), &[]).expect(200);
    assert_eq!(code(&post(&shop, &padded(most + 1), &[])), is(413, "BODY_TOO_LARGE"));
    assert_eq!(code(&post(&shop, &padded(10 * 1024 * 1024), &[])), is(413, "BODY_TOO_LARGE"));
    let bomb = gzip(&padded(200 * 1024 * 1024));
    assert!(bomb.len() < most / 10);
    assert_eq!(code(&post(&shop, &bomb, &[("content-encoding", "gzip")])), is(413, "BODY_TOO_LARGE"));
    assert_eq!(code(&post(&shop, &bomb, &[("content-type", "text/plain")])), is(413, "BODY_TOO_LARGE"));
}

#[test]
fn the_event_beyond_the_batch_is_refused_alone() {
    let shop = Shop::new();
    shop.consent("a1", &["site"]);
    let event = |n: usize| json!({"type": "page", "messageId": format!("m{n}"), "anonymousId": "a1"});
    let events: Vec<_> = (0..2_501).map(event).collect();
    let answer = shop.send(&json!(events)).json();
    assert_eq!(answer["rejected"].as_array().unwrap().len(), 1);
    assert_eq!(answer["rejected"][0]["code"], "BATCH_TOO_LONG");
    assert_eq!(answer["rejected"][0]["messageId"], "m2500");
    let status = shop.secret().get("/v1/status").expect(200).json();
    assert_eq!(status["events"], 2_501, "2,500 and the consent");
    let many: Vec<_> = (0..10_001).map(|_| json!({})).collect();
    assert_eq!(code(&shop.write().post("/v1/batch", &json!({ "batch": many }))), is(413, "TOO_MANY_EVENTS"));
}

#[test]
fn hurtful_events_are_refused_alone() {
    let shop = Shop::new();
    let event = |rest: &str| format!("{{\"type\":\"track\",\"event\":\"E\",\"anonymousId\":\"a1\",{rest}}}");
    let deep = format!("\"properties\":{}{}", "{\"a\":".repeat(100), "1".to_owned() + &"}".repeat(100));
    let wide: Vec<String> = (0..10_000).map(|n| format!("\"p{n}\":{n}")).collect();
    let few: Vec<String> = (0..5_000).map(|n| format!("{n}")).collect();
    for (rest, expected) in [
        (deep, "TOO_DEEP"),
        (format!("\"properties\":{{{}}}", wide.join(",")), "EVENT_TOO_LARGE"),
        (format!("\"properties\":{{\"l\":[{}]}}", few.join(",")), "TOO_MANY_VALUES"),
        (format!("\"properties\":{{\"t\":\"{}\"}}", "x".repeat(1_000_000)), "EVENT_TOO_LARGE"),
        ("\"timestamp\":\"30000-01-01T00:00:00Z\"".into(), "TIMESTAMP_INVALID"),
        ("\"timestamp\":\"2026-03-09T00:00:00Z\"".into(), "TIMESTAMP_FUTURE"),
        ("\"properties\":{\"n\":1e999}".into(), "BAD_VALUE"),
        (format!("\"messageId\":\"{}\"", "x".repeat(101)), "MESSAGE_ID_TOO_LONG"),
    ] {
        assert_eq!(one(&shop, &event(&rest))["rejected"][0]["code"], expected);
    }
    let body = format!("{{\"batch\":[{}]}}", event("\"properties\":{\"n\":NaN}"));
    assert_eq!(code(&post(&shop, body.as_bytes(), &[])), is(400, "BAD_JSON"));
}

#[test]
fn a_name_given_twice_keeps_the_later_value() {
    let shop = Shop::new();
    shop.consent("a1", &["site"]);
    let twice = r#"{"type":"track","event":"First","event":"Second","anonymousId":"a1","properties":{"n":1,"n":2}}"#;
    assert_eq!(one(&shop, twice), json!({"success": true}));
    let page = shop.secret().get("/v1/profiles/anonymous_id:a1/timeline").expect(200).json();
    let event = page["events"].as_array().unwrap().iter().find(|event| event["event"] == "Second").unwrap();
    assert_eq!(event["properties"], json!({"n": 2}));
}

#[test]
fn our_own_endpoints_point_at_the_field() {
    let shop = Shop::new();
    let secret = shop.secret();
    for (answer, expected, pointer) in [
        (shop.write().post("/v1/consent", &json!({"anonymous_id": "a"})), is(422, "MISSING_FIELD"), "/purposes"),
        (secret.post("/v1/segments/count", &json!({"all_of": []})), is(422, "EMPTY"), "/all_of"),
        (secret.post("/v1/keys", &json!({"kind": "public"})), is(422, "MISSING_FIELD"), "/source"),
        (
            secret.put("/v1/definitions/segment/x", &json!({"condition": "true", "conditon": "true"})),
            is(422, "UNKNOWN_FIELD"),
            "/conditon",
        ),
        (secret.post("/v1/backup", &json!({"to": "../x"})), is(422, "BAD_NAME"), "/to"),
        (secret.post("/v1/identity/links", &json!({"person": "x", "ttl_s": 1})), is(404, "NOT_FOUND"), "/person"),
    ] {
        assert_eq!(code(&answer), expected);
        assert_eq!(answer.json()["error"]["pointer"], pointer, "{answer:?}");
    }
    assert_eq!(code(&secret.get("/v1/profiles/user_id:u1/timeline?from=1.2.3")), is(400, "BAD_CURSOR"));
    for (path, pointer, said) in [
        ("/v1/rejected?limit=x", "/limit", "a whole number"),
        ("/v1/rejected?limit=-1", "/limit", "a whole number"),
        ("/v1/rejected?limit=99999999999999999999", "/limit", "a smaller number"),
        ("/v1/rejected?limit=0", "/limit", "from 1 to 1000"),
        ("/v1/rejected?limit=1001", "/limit", "from 1 to 1000"),
        ("/v1/revisions?limit=101", "/limit", "from 1 to 100."),
        ("/v1/rejected?from=&limit=5&l%2Fi=1", "/l~1i", "There is no query parameter `l/i` here."),
        ("/v1/segments/x?wait=yes", "/wait", "`true` or `false`"),
    ] {
        let answer = secret.get(path);
        assert_eq!(code(&answer), is(400, "BAD_QUERY"), "{path}");
        let (body, message) = (answer.json(), answer.json()["message"].as_str().unwrap().to_owned());
        assert_eq!(body["error"]["pointer"], pointer, "{path}");
        assert!(message.contains(said) && message.contains("query parameter"), "{path}: {message}");
    }
    let twice = secret.get("/v1/rejected?limit=1&limit=2").expect(400).json();
    assert_eq!(twice["message"], "The query parameter `limit` is there twice.");
}

//! What a server must answer to the clients that shops already have.

use std::io::Write;

use base64::{Engine, engine::general_purpose::STANDARD};
use flate2::{Compression, write::GzEncoder};
use serde_json::{Value, json};
use server::config::Config;
use testkit::{
    client::{Answer, Request},
    process::{SECRET_KEY, WRITE_KEY},
    scenario::stage::End,
};

use crate::shop::{START_MS, Shop, code, is};

fn track(id: &str) -> Value {
    json!({"type": "track", "event": "Product Viewed", "messageId": id, "anonymousId": "a1", "properties": {"n": 1}})
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn json_is_read_under_any_type_plain_or_gzip_said_or_not() {
    let shop = Shop::new();
    shop.consent("a1", &["site"]);
    let mut sent = 0;
    for kind in ["application/json", "text/plain", "application/x-www-form-urlencoded", "text/plain;charset=UTF-8"] {
        for encoding in [None, Some("gzip"), Some("")] {
            sent += 1;
            let plain = json!({"batch": [track(&format!("m{sent}"))]}).to_string().into_bytes();
            let body = if encoding.is_some() { gzip(&plain) } else { plain };
            let mut headers = vec![("content-type", kind)];
            headers.extend(encoding.filter(|name| !name.is_empty()).map(|name| ("content-encoding", name)));
            let request = Request { method: "POST", path: "/v1/batch", headers: &headers, body: Some(&body) };
            assert_eq!(shop.write().call(&request).expect(200).json(), json!({"success": true}));
        }
    }
    assert_eq!(shop.events("anonymous_id:a1").len(), sent + 1);
}

#[test]
fn the_key_is_found_wherever_a_client_puts_it() {
    let shop = Shop::new();
    let basic = format!("Basic {}", STANDARD.encode(format!("{WRITE_KEY}:")));
    let bearer = format!("Bearer {WRITE_KEY}");
    let pair = format!("{WRITE_KEY}:secret");
    let call = |headers: &[(&str, &str)], key: Option<&str>| {
        let mut body = track("m");
        key.iter().for_each(|key| body["writeKey"] = json!(key));
        let body = body.to_string().into_bytes();
        shop.nobody().call(&Request { method: "POST", path: "/v1/t", headers, body: Some(&body) }).status
    };
    assert_eq!(call(&[("authorization", &basic)], None), 200);
    assert_eq!(call(&[("authorization", &bearer)], None), 200);
    assert_eq!(call(&[], Some(WRITE_KEY)), 200);
    assert_eq!(call(&[("x-write-key", &pair)], None), 200);
    assert_eq!(call(&[("x-write-key", WRITE_KEY)], Some("***masked***")), 200, "Jitsu masks the key in the body");
    assert_eq!(call(&[("authorization", &basic)], Some("pk_other")), 200, "Basic comes first");
    assert_eq!(call(&[("authorization", "Basic cGtfb3RoZXI6")], Some(WRITE_KEY)), 401);
    assert_eq!(call(&[], None), 401);
}

#[test]
fn the_key_in_a_body_is_found_in_both_spellings_of_its_name() {
    let shop = Shop::new();
    for (path, body) in [
        ("/v1/batch", json!({"batch": [track("m")]})),
        ("/v1/consent", json!({"anonymous_id": "a1", "purposes": {"site": true}})),
        ("/v1/decide", json!({"placements": ["home"]})),
    ] {
        for name in ["write_key", "writeKey"] {
            let mut named = body.clone();
            named[name] = json!(WRITE_KEY);
            assert_eq!(shop.nobody().post(path, &named).status, 200, "{path} {name}");
            named[name] = json!("pk_other");
            assert_eq!(code(&shop.nobody().post(path, &named)), is(401, "UNKNOWN_KEY"), "{path} {name}");
        }
    }
}

#[test]
fn every_alias_takes_its_type() {
    let shop = Shop::new();
    shop.consent("a1", &["site"]);
    let event = |id: &str| {
        json!({"messageId": id, "anonymousId": "a1", "event": "X", "groupId": "g", "previousId": "a1", "sentAt": null,
               "userId": null, "integrations": {"All": true}})
    };
    let mut expected = vec!["Consent Updated".to_owned()];
    for (paths, name) in [
        (["/v1/track", "/v1/t", "/api/s/track"], "X"),
        (["/v1/page", "/v1/p", "/api/s/page"], "page"),
        (["/v1/screen", "/v1/s", "/api/s/screen"], "screen"),
        (["/v1/identify", "/v1/i", "/api/s/identify"], "identify"),
        (["/v1/group", "/v1/g", "/api/s/group"], "group"),
        (["/v1/alias", "/v1/a", "/api/s/alias"], "alias"),
    ] {
        for path in paths {
            assert_eq!(shop.write().post(path, &event(path)).expect(200).json(), json!({"success": true}), "{path}");
            expected.push(name.to_owned());
        }
    }
    for path in ["/v1/batch", "/v1/b", "/v1/import"] {
        let answer = shop.write().post(path, &json!({"batch": [track(path)]})).expect(200).json();
        assert_eq!(answer, json!({"success": true}), "a page does not learn whether an event was kept");
        expected.push("Product Viewed".to_owned());
    }
    let mut events = shop.events("anonymous_id:a1");
    events.sort();
    expected.sort();
    assert_eq!(events, expected);
    assert_eq!(shop.nobody().post("/v1/m", &json!({"series": []})).expect(200).json(), json!({"success": true}));
    assert_eq!(code(&shop.write().post("/api/s/other", &event("x"))), is(404, "NOT_FOUND"));
}

#[test]
fn an_event_counts_once_also_over_a_crash() {
    let mut shop = Shop::new();
    shop.consent("a1", &["site"]);
    shop.send(&json!([track("m1"), track("m1"), track("m2")]));
    shop.end(End::Crash);
    shop.start(model::time::Timestamp::saturating_from_millis(START_MS + 1));
    let mut again = track("m1");
    again["_metadata"] = json!({"retryCount": 1});
    shop.send(&json!([again]));
    assert_eq!(shop.events("anonymous_id:a1").len(), 3, "the consent and two events");
}

#[test]
fn pages_of_any_origin_may_send_and_see_when_to_retry() {
    let shop = Shop::new();
    let origin = ("origin", "https://shop.example");
    let asked = ("access-control-request-headers", "authorization,content-type,x-retry-count,anonymousid,sentat");
    for path in ["/v1/t", "/v1/b", "/v1/consent", "/sourceConfig/", "/v1/projects/x/settings"] {
        let request = Request { method: "OPTIONS", path, headers: &[origin, asked], body: None };
        let answer = shop.nobody().call(&request).expect(204);
        assert_eq!(answer.header("access-control-allow-origin"), Some("https://shop.example"), "{path}");
        assert!(answer.header("access-control-max-age").unwrap().parse::<u32>().unwrap() >= 600);
        for name in asked.1.split(',') {
            assert!(allows(&answer, name), "{name} for {path}");
        }
    }
    let body = track("m").to_string().into_bytes();
    let refused = shop.nobody().call(&Request { method: "POST", path: "/v1/t", headers: &[origin], body: Some(&body) });
    assert_eq!(code(&refused), is(401, "UNKNOWN_KEY"));
    assert_eq!(refused.header("access-control-allow-origin"), Some("https://shop.example"));
    assert_eq!(refused.header("access-control-expose-headers"), Some("Retry-After, X-Request-Id"));
    let closed = Request { method: "GET", path: "/v1/segments", headers: &[origin], body: None };
    assert_eq!(shop.secret().call(&closed).header("access-control-allow-origin"), None, "not for pages");
}

/// Whether the answer to a preflight lets a page send a header.
fn allows(answer: &Answer, name: &str) -> bool {
    let lines = answer.headers.iter().filter(|(header, _)| header == "access-control-allow-headers");
    lines.flat_map(|(_, line)| line.split(',')).any(|allowed| allowed.trim() == name)
}

#[test]
fn a_retry_needs_no_preflight_of_its_own_and_headers_of_newer_clients_pass() {
    let shop = Shop::new();
    let asked = ("access-control-request-headers", "authorization,x-of-tomorrow");
    let headers = [("origin", "https://shop.example"), asked];
    let answer = shop.nobody().call(&Request { method: "OPTIONS", path: "/v1/track", headers: &headers, body: None });
    let retries = ["x-retry-count", "rsa-retry-attempt", "rsa-retry-reason", "rsa-since-last-attempt", "rsa-recovered"];
    for name in retries.into_iter().chain(["rsa-since-first-attempt", "x-of-tomorrow"]) {
        assert!(allows(&answer, name), "{name}");
    }
}

#[test]
fn browser_clients_learn_where_to_send() {
    let trusted = Config { trusted_proxies: vec!["127.0.0.1".parse().unwrap()], ..Config::default() };
    let proxied = [("x-forwarded-host", "collect.shop.example"), ("x-forwarded-proto", "https")];
    for (config, host, protocol) in
        [(Config::default(), None, "http"), (trusted, Some("collect.shop.example"), "https")]
    {
        let shop = Shop::with(Config { prefix: "/x7".into(), ..config });
        let host = host.unwrap_or_else(|| shop.url().strip_prefix("http://").unwrap());
        let path = format!("/v1/projects/{WRITE_KEY}/settings");
        let settings = shop.nobody().call(&Request { method: "GET", path: &path, headers: &proxied, body: None });
        let ours = &settings.expect(200).json()["integrations"]["Segment.io"];
        assert_eq!(ours["apiHost"], format!("{host}/x7/v1"));
        assert_eq!(ours["protocol"], protocol);
        _ = shop.write().post("/x7/v1/t", &track("m")).expect(200);
    }
    let shop = Shop::new();
    let found =
        shop.nobody().get(&format!("/sourceConfig/?p=npm&v=3&writeKey={WRITE_KEY}&lockIntegrationsVersion=false"));
    assert_eq!(found.expect(200).json()["source"]["enabled"], true);
    _ = shop.write().get("/sourceConfig/?p=npm").expect(200);
    assert_eq!(code(&shop.nobody().get("/sourceConfig/?writeKey=pk_other")), is(401, "UNKNOWN_KEY"));
    assert_eq!(code(&shop.nobody().get("/v1/projects/pk_other/settings")), is(401, "UNKNOWN_KEY"));
}

#[test]
fn a_bad_item_harms_no_other_and_is_told() {
    let shop = Shop::new();
    shop.consent("a1", &["site"]);
    let mut bad = track("bad");
    bad["type"] = json!("wat");
    let answer = shop.send(&json!([track("m1"), bad, track("m2")])).json();
    assert_eq!(answer["success"], true);
    let rejected = answer["rejected"].as_array().unwrap();
    assert_eq!(rejected.len(), 1);
    assert_eq!((&rejected[0]["messageId"], &rejected[0]["code"]), (&json!("bad"), &json!("UNKNOWN_TYPE")));
    assert_eq!(rejected[0]["index"], 1);
    assert_eq!(shop.events("anonymous_id:a1").len(), 3);
}

#[test]
fn the_clock_of_a_client_is_corrected() {
    let shop = Shop::new();
    shop.consent("a1", &["site"]);
    let mut late = track("m1");
    late["timestamp"] = json!("2001-01-01T00:00:00Z");
    _ = shop.write().post("/v1/batch", &json!({"batch": [late], "sentAt": "2001-01-01T00:00:05+00:00"})).expect(200);
    let page = shop.secret().get("/v1/profiles/anonymous_id:a1/timeline").expect(200).json();
    assert_eq!(page["events"][1]["timestamp"], "2026-03-02T09:59:55Z");
}

#[test]
fn too_many_requests_of_one_key_are_told_when_to_come_again() {
    let rate = server::config::Rate { requests_per_s: 1, burst: 2 };
    let shop = Shop::with(Config { rate, ..Config::default() });
    let answers: Vec<_> = (0..6).map(|n| shop.write().post("/v1/t", &track(&format!("m{n}")))).collect();
    let limited: Vec<_> = answers.iter().filter(|answer| answer.status == 429).collect();
    assert!((1..=4).contains(&limited.len()), "{answers:?}");
    for answer in limited {
        assert_eq!(code(answer), is(429, "RATE_LIMITED"));
        assert!(answer.header("retry-after").unwrap().parse::<u32>().unwrap() >= 1);
    }
    assert_eq!(shop.nobody().with_key(SECRET_KEY).get("/v1/keys").status, 200, "another key is not held up");
}

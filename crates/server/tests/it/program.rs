//! Health, readiness, figures, the test clock, storage that fails and heals, backup.

use std::fs;

use serde_json::json;

use crate::shop::{Shop, code, is};

#[test]
fn a_full_disk_is_told_and_heals_by_itself() {
    let shop = Shop::new();
    shop.consent("a1", &["site"]);
    let send = |id: &str| {
        let event = json!({"batch": [{"type": "page", "anonymousId": "a1", "messageId": id}]});
        shop.write().post("/v1/batch", &event)
    };
    shop.machine.disk().set_room(Some(0));
    let refused = send("m1");
    assert_eq!(code(&refused), is(503, "STORAGE_FULL"));
    assert!(refused.header("retry-after").unwrap().parse::<u32>().unwrap() >= 1);
    let ready = shop.nobody().get("/ready");
    assert_eq!((ready.status, ready.json()), (503, json!({"ready": false, "waiting_for": ["disk_full"]})));
    assert_eq!(shop.nobody().get("/health").expect(200).json()["status"], "ok");
    assert!(shop.nobody().get("/metrics").expect(200).text().contains("prevenance_storage_failing 1"));
    shop.machine.disk().set_room(None);
    // The partition opens again a moment later, by itself; until then it says so.
    let healed = (0..100_000).map(|_| send("m1")).find(|answer| answer.status != 503);
    _ = healed.expect("it heals").expect(200);
    assert_eq!(shop.nobody().get("/ready").expect(200).json(), json!({"ready": true}));
    assert_eq!(shop.events("anonymous_id:a1").len(), 2);
}

#[test]
fn the_figures_count_and_name_nobody() {
    let shop = Shop::new();
    shop.consent("a1", &["site"]);
    shop.send(&json!([{"type": "page", "anonymousId": "a1"}, {"type": "page", "anonymousId": "b"}, {"type": "x"}]));
    _ = shop.secret().get("/v1/profiles/anonymous_id:a1").expect(200);
    let figures = shop.nobody().get("/metrics").expect(200).text();
    for line in [
        "prevenance_events_total{outcome=\"kept\"} 2",
        "prevenance_events_total{outcome=\"counted\"} 1",
        "prevenance_events_total{outcome=\"rejected\"} 1",
        "prevenance_requests_total{path=\"/v1/profiles/{id}\",status=\"200\"} 1",
        "prevenance_profiles 1",
    ] {
        assert!(figures.lines().any(|found| found == line), "{line} in\n{figures}");
    }
    assert!(!figures.contains("a1"));
}

#[test]
fn the_test_clock_moves_forward_only() {
    let shop = Shop::new();
    let clock = |body| shop.secret().post("/v1/test/clock", &body);
    assert_eq!(clock(json!({"advance_ms": 1500})).expect(200).json(), json!({"now": "2026-03-02T10:00:01.5Z"}));
    assert_eq!(clock(json!({"to": "2026-03-03T00:00:00Z"})).expect(200).json(), json!({"now": "2026-03-03T00:00:00Z"}));
    assert_eq!(code(&clock(json!({"to": "2026-03-01T00:00:00Z"}))), is(422, "VALIDATION"));
    assert_eq!(code(&clock(json!({}))), is(422, "VALIDATION"));
    assert_eq!(shop.secret().get("/v1/status").expect(200).json()["now"], "2026-03-03T00:00:00Z");
}

#[test]
fn a_backup_is_made_while_serving_with_the_keys_and_never_over_another() {
    let shop = Shop::new();
    shop.consent("a1", &["site"]);
    let made = shop.secret().post("/v1/backup", &json!({"to": "monday"})).expect(200).json();
    let folder = std::path::PathBuf::from(made["folder"].as_str().unwrap());
    assert_eq!(folder, shop.folder().join("backups/monday"));
    assert!(made["bytes"].as_u64().unwrap() > 0);
    store::backup::verify(&folder).unwrap();
    assert_eq!(fs::read(folder.join("keys.json")).unwrap(), fs::read(shop.folder().join("keys.json")).unwrap());
    assert_eq!(code(&shop.secret().post("/v1/backup", &json!({"to": "monday"}))), is(409, "CONFLICT"));
}

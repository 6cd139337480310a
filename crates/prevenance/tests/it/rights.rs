//! Section N of the requirements: what a person may ask of the shop, and what the shop must forget by itself.

use std::{path::Path, process::Command};

use serde_json::{Value, json};
use testkit::{
    client::{Answer, Request},
    process::{Options, Server},
};

use crate::{
    bytes,
    deciding::{experience, one, open, showing, shown},
    shop::{PROGRAM, START, Shop, at, before, identify, track},
};

/// Texts of one person, each of another kind of field, none of which may be left after an erasure.
const TRACES: [&str; 8] = [
    "cookie-7d1e",
    "account-4711",
    "yasmina.k@example.org",
    "Yasmina",
    "message-secret-",
    "boot-rare-99",
    "card-88-17",
    "wrong-width",
];

/// A customer with everything that can be held on one: two devices, an account, an address, a card, traits, consents,
/// orders, a segment, a rejected event.
fn customer(shop: &Shop) {
    shop.define("trait", "foot_width", &json!({"holds": "one_of", "values": ["narrow", "wide"]}));
    shop.segment("big-spenders", r#"events("Order Completed").sum(total) >= 100"#);
    shop.grant("anonymous_id:cookie-7d1e", &["site", "email"]);
    shop.refuse("anonymous_id:cookie-7d1e", &["ads"]);
    let who = json!({"anonymousId": "cookie-7d1e", "userId": "account-4711"});
    let traits = json!({"first_name": "Yasmina", "email": "yasmina.k@example.org", "foot_width": "wide"});
    shop.page_sends(&[
        track(
            "Product Viewed",
            "message-secret-1",
            &json!({"anonymousId": "cookie-7d1e"}),
            &json!({"product_id": "boot-rare-99"}),
        ),
        identify("message-secret-2", &who, &traits),
    ]);
    let order = json!({"total": 129.5, "loyalty_card": "card-88-17"});
    shop.server_sends(&[track("Order Completed", "message-secret-3", &json!({"userId": "account-4711"}), &order)]);
    let wrong = identify("message-secret-4", &who, &json!({"foot_width": "wrong-width"}));
    let answer = shop.web.post("/v1/batch", &json!({"batch": [wrong]})).expect(200).json();
    assert_eq!(answer["rejected"][0]["code"], "TRAIT_TYPE");
}

/// proves GOV-01: given a request, a full human and machine readable copy comes within a minute.
#[test]
fn gov_01_the_copy_holds_everything_for_people_and_machines_within_a_minute() {
    let shop = open();
    customer(&shop);
    experience(&shop, "wide-boots", &showing("boots", r#"profile.foot_width == "wide""#, &json!({})));
    assert_eq!(shown(&one(&shop.secret, &json!({"user_id": "account-4711"}))), ["boots"]);
    assert_eq!(shop.read("user_id:account-4711", "?purpose=ads").status, 403);
    shop.profile("user_id:account-4711");
    // Somebody else's data must not be in the copy.
    shop.grant("user_id:ben", &["site"]);
    shop.page_sends(&[identify("ben-1", &json!({"userId": "ben"}), &json!({"first_name": "Benedict"}))]);

    let start = minute();
    let copy = shop.export("user_id:account-4711");
    let page = copy_for_people(&shop, "user_id:account-4711");
    assert!(start.elapsed().as_secs() < 60);

    let profile = &copy["profile"];
    let namespaces = |held: &Value| -> Vec<(String, String)> {
        let text = |field: &Value| field.as_str().unwrap().to_owned();
        held.as_array().unwrap().iter().map(|one| (text(&one["namespace"]), text(&one["value"]))).collect()
    };
    for (namespace, value) in [
        ("anonymous_id", "cookie-7d1e"),
        ("user_id", "account-4711"),
        ("email", "yasmina.k@example.org"),
        ("loyalty_card", "card-88-17"),
    ] {
        let held = namespaces(&profile["identifiers"]);
        assert!(held.contains(&(namespace.into(), value.into())), "{held:?}");
    }
    for (name, value, source) in [("first_name", "Yasmina", "web"), ("foot_width", "wide", "web")] {
        let held = &profile["traits"][name];
        assert_eq!(
            (&held["value"], &held["source"], &held["kind"]),
            (&json!(value), &json!(source), &json!("declared"))
        );
        assert_eq!(held["as_of"], "2026-03-02T10:00:00Z");
    }
    assert_eq!(profile["traits"]["email"]["value"], "yasmina.k@example.org");
    let consent = &profile["consents"]["email"];
    assert_eq!(
        (&consent["granted"], &consent["wording"], &consent["language"]),
        (&json!(true), &json!("banner-7"), &json!("fr"))
    );
    assert_eq!(profile["consents"]["ads"]["granted"], false);
    assert_eq!(profile["segments"], json!(["big-spenders"]));
    let messages: Vec<&Value> = copy["events"].as_array().unwrap().iter().map(|event| &event["message_id"]).collect();
    for id in ["message-secret-1", "message-secret-2", "message-secret-3"] {
        assert!(messages.contains(&&json!(id)), "{id} in {messages:?}");
    }
    assert_eq!(copy["rejected"][0]["event"]["traits"]["foot_width"], "wrong-width");
    let accesses = copy["accesses"].as_array().unwrap();
    assert!(accesses.iter().any(|access| access["purpose"] == "ads" && access["allowed"] == false), "{accesses:?}");
    assert!(accesses.iter().any(|access| access["purpose"] == "site" && access["allowed"] == true), "{accesses:?}");
    assert!(!copy.to_string().contains("Benedict"));

    assert!(page.header("content-type").is_some_and(|kind| kind.starts_with("text/html")), "{:?}", page.headers);
    let page = page.text();
    let more = ["big-spenders", "banner-7", "129.5", "Order Completed", "TRAIT_TYPE", "wide-boots", "For you: boots."];
    for text in TRACES.iter().chain(&more) {
        assert!(page.contains(text), "{text} is not on the page");
    }
    // One more: that the copy was read.
    assert_eq!(page.matches("<tr>").count(), rows(&copy) + 1, "a section of the copy is not on the page: {copy}");
    assert!(
        !page.contains("Benedict") && !page.contains("<script") && !page.contains("http"),
        "one file, nothing loaded"
    );
}

/// The copy as a page.
fn copy_for_people(shop: &Shop, who: &str) -> Answer {
    let path = format!("/v1/profiles/{who}/export");
    let page = Request { method: "GET", path: &path, headers: &[("accept", "text/html")], body: None };
    shop.secret.call(&page).expect(200)
}

/// The rows of a page on which everything of a copy is: of each section its entries, and a head if there are any. The
/// names of the segments stand in the memberships too.
fn rows(copy: &Value) -> usize {
    let sections = copy.as_object().unwrap().iter().chain(copy["profile"].as_object().unwrap());
    let models = ["stage", "aim"].into_iter().filter(|model| copy["profile"].get(model).is_some()).count();
    let other = ["profile", "segments", "stage", "aim"];
    let sections = sections.filter(|(name, _)| !other.contains(&name.as_str()));
    let entries = sections.map(|(_, section)| match section {
        Value::Array(entries) => entries.len(),
        Value::Object(entries) => entries.len(),
        _ => 0,
    });
    // What the models say stands in one section, with a row for each.
    entries.chain([models]).filter(|entries| *entries > 0).map(|entries| entries + 1).sum()
}

#[expect(clippy::disallowed_methods, reason = "the requirement itself is a span of real time")]
fn minute() -> std::time::Instant {
    std::time::Instant::now()
}

/// proves GOV-03: given a confirmed erasure, no readable trace is left, backups included, and totals are unchanged.
#[test]
fn gov_03_an_erased_person_leaves_no_readable_trace_and_totals_stand() {
    // Without a fixed seed: keys must come from chance, or a destroyed one could be drawn again.
    let mut shop = Shop::open_with(Options::default());
    customer(&shop);
    shop.grant("user_id:ben", &["site"]);
    shop.page_sends(&[track("Order Completed", "ben-1", &json!({"userId": "ben"}), &json!({"total": 500}))]);
    let (before, ben) = (shop.status(), shop.timeline("user_id:ben"));
    assert_eq!(shop.size("big-spenders"), 2);
    _ = shop.secret.post("/v1/backup", &json!({"to": "yesterday"})).expect(200);
    let id = shop.id("user_id:account-4711");
    let held = shop.profile("user_id:account-4711")["events"].as_u64().unwrap();

    let certificate = shop.secret.delete("/v1/profiles/user_id:account-4711").expect(200).json();
    assert!(certificate["profiles"].as_array().unwrap().contains(&json!(id)), "{certificate}");
    assert_eq!((&certificate["events"], &certificate["identifiers"]), (&json!(held), &json!(4)), "{certificate}");
    assert_eq!(certificate["erased_at"], "2026-03-02T10:00:00Z");
    assert!(!TRACES.iter().any(|text| certificate.to_string().contains(text)), "a certificate names nobody");

    let gone = |shop: &Shop| {
        let names = [
            "user_id:account-4711",
            "anonymous_id:cookie-7d1e",
            "email:yasmina.k@example.org",
            "loyalty_card:card-88-17",
        ];
        names.iter().chain(&[id.as_str()]).for_each(|who| assert!(!shop.knows(who), "{who}"));
        assert_eq!(shop.rejected(), Vec::<Value>::new());
        assert_eq!(shop.size("big-spenders"), 1);
        let ours = shop.timeline("user_id:ben");
        assert_eq!(ours, ben, "nobody else lost anything");
        let status = shop.status();
        assert_eq!((&status["events"], &status["anonymous"]), (&before["events"], &before["anonymous"]));
        assert_eq!(status["erased_events"], held);
        assert_eq!(status["profiles"], 1);
    };
    gone(&shop);
    assert_eq!(bytes::found(shop.folder(), &TRACES), None, "while it runs");
    shop.server.kill9();
    shop.start_again_at(at("2026-03-02 10:01"));
    gone(&shop);
    shop.server.stop();
    assert_eq!(bytes::found(shop.folder(), &TRACES), None, "after a stop");
    assert!(!TRACES.iter().any(|text| shop.server.log().contains(text)));

    // Yesterday's backup does hold her, readable with its own keys; restored with the erasure list, it does not.
    let backup = shop.path("backups/yesterday");
    assert_eq!(bytes::found(&backup, &TRACES), None, "a backup is sealed too");
    let with_her = restored(&shop, "without-list", &backup, None);
    assert_eq!(who_knows(&with_her), 200);
    let without_her = restored(&shop, "with-list", &backup, Some(shop.folder()));
    assert_eq!(who_knows(&without_her), 404);
    assert_eq!(without_her.secret().get("/v1/profiles/user_id:ben").status, 200);
    assert_eq!(bytes::found(without_her.folder(), &TRACES), None);
}

/// Yesterday's files of every kind, put beside today's keys: what they hold of an erased person is noise.
#[test]
fn old_files_are_unreadable_once_the_keys_are_destroyed() {
    let mut shop = Shop::open_with(Options::default());
    customer(&shop);
    shop.grant("user_id:ben", &["site"]);
    shop.server.stop();
    let yesterday = shop.path("yesterday");
    copy(shop.folder(), &yesterday);
    shop.start_again_at(at("2026-03-02 10:01"));
    _ = shop.secret.delete("/v1/profiles/user_id:account-4711").expect(200);
    shop.server.stop();

    let with_old_keys = Options { folder: Some(yesterday.clone()), clock: Some(at(START)), ..Options::default() };
    let mut server = Server::start(PROGRAM, with_old_keys);
    assert_eq!(who_knows(&server), 200, "with its own keys the copy is whole");
    server.stop();
    std::fs::remove_dir_all(yesterday.join("keys")).unwrap();
    copy(&shop.folder().join("keys"), &yesterday.join("keys"));
    server.start_again();
    // The old tables still have a row there; nothing in it opens.
    let shell = server.secret().get("/v1/profiles/user_id:account-4711/export").expect(200).json();
    let profile = &shell["profile"];
    let empty =
        [&profile["identifiers"], &profile["consents"], &profile["traits"], &shell["events"], &shell["rejected"]];
    assert!(empty.iter().all(|part| **part == json!([]) || **part == json!({})), "{shell}");
    assert!(!TRACES.iter().any(|text| shell.to_string().contains(text)), "{shell}");
    assert_eq!(server.secret().get("/v1/profiles/user_id:ben").status, 200);
    assert!(!TRACES.iter().any(|text| server.secret().get("/v1/rejected").text().contains(text)));
}

fn copy(from: &Path, to: &Path) {
    let copied = Command::new("cp").arg("-a").arg(from).arg(to).status().unwrap();
    assert!(copied.success());
}

/// The program on a folder restored from a backup.
fn restored(shop: &Shop, name: &str, backup: &Path, erasures: Option<&Path>) -> Server {
    let folder = shop.path(name);
    let mut command = Command::new(PROGRAM);
    command.arg("restore").arg(backup).arg(&folder);
    if let Some(erasures) = erasures {
        command.arg("--erasures").arg(erasures);
    }
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Server::start(PROGRAM, Options { folder: Some(folder), ..Options::default() })
}

fn who_knows(server: &Server) -> u16 {
    server.secret().get("/v1/profiles/user_id:account-4711/export").status
}

/// proves GOV-10: given an expiry, what is older is gone with no one's doing, and its count stays: day 760 is kept, day
/// 761 is not.
#[test]
fn gov_10_what_is_older_than_its_retention_is_gone_and_counted() {
    let mut shop = Shop::open();
    shop.segment("ever-ordered", r#"events("Order Completed").count() > 0"#);
    shop.grant("user_id:ana", &["site"]);
    let order = |id: &str| track("Order Completed", id, &json!({"userId": "ana"}), &json!({"total": 40}));
    shop.page_sends(&[order("first")]);
    shop.advance("10d");
    shop.page_sends(&[order("second")]);
    let events = shop.status()["events"].as_u64().unwrap();

    shop.advance("750d");
    assert_eq!(shop.count("user_id:ana", "Order Completed"), 2, "day 760");
    assert_eq!(shop.status()["expired_events"], 0);
    shop.advance("1d");
    assert_eq!(shop.count("user_id:ana", "Order Completed"), 1, "day 761");
    let status = shop.status();
    assert_eq!((status["expired_events"].as_u64(), status["events"].as_u64()), (Some(2), Some(events)), "{status}");
    assert!(!shop.export("user_id:ana").to_string().contains("\"first\""));
    assert!(shop.is_in("user_id:ana", "ever-ordered"));
    shop.advance("10d");
    assert!(!shop.is_in("user_id:ana", "ever-ordered"), "the last order is gone too");
    assert_eq!(shop.size("ever-ordered"), 0);

    // A shorter retention acts on what is there already, and what comes late is not kept longer.
    shop.page_sends(&[order("third")]);
    shop.advance("31d");
    assert_eq!(shop.count("user_id:ana", "Order Completed"), 1);
    shop.define("setting", "retention_days", &json!({"value": 30}));
    shop.advance("1d");
    assert_eq!(shop.count("user_id:ana", "Order Completed"), 0);
    let expired = shop.status()["expired_events"].as_u64();
    assert_eq!(expired, Some(4), "the consent and three orders");
    // Nor does a restart bring anything back.
    shop.server.stop();
    shop.start_again_at(at("2028-06-01 10:00"));
    assert_eq!(shop.count("user_id:ana", "Order Completed"), 0);
    assert_eq!(shop.status()["expired_events"].as_u64(), expired);
}

/// An event that is older than its retention when it arrives is not kept.
#[test]
fn what_arrives_too_late_for_its_retention_does_not_stay() {
    let shop = Shop::open();
    shop.grant("user_id:ana", &["site"]);
    let mut order = track("Order Completed", "old", &json!({"userId": "ana"}), &json!({"total": 40}));
    order["timestamp"] = json!(before(START, "762d"));
    shop.page_sends(&[order]);
    shop.advance("1d");
    assert_eq!(shop.count("user_id:ana", "Order Completed"), 0);
}

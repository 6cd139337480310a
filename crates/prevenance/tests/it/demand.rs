//! What is searched for and cannot be had, through the real program.

use std::{fs, time::Duration};

use serde_json::{Value, json};

use crate::shop::{START, Shop, at};

/// A shop with a boot in stock and a tent that is sold out, both found.
fn stocked() -> Shop {
    let shop = Shop::open();
    let items = json!([
        {"id": "boot", "title": {"en": "Hiking boots", "fr": "Chaussures de randonnée"}, "price": 199, "stock": 3,
         "categories": [["Shoes"]], "attributes": {"color": "brown"}},
        {"id": "tent", "title": {"en": "Dome tent"}, "price": 250, "stock": 0, "categories": [["Tents"]]},
    ]);
    _ = shop.secret.post("/v1/catalog/items", &json!({"items": items, "currency": "EUR"})).expect(200);
    found(&shop, 2);
    shop
}

fn found(shop: &Shop, items: u64) {
    for _ in 0..600 {
        if search(shop, &json!({}))["total"] == items {
            return;
        }
        std::thread::park_timeout(Duration::from_millis(50));
    }
    panic!("not all items are found");
}

fn search(shop: &Shop, request: &Value) -> Value {
    shop.web.post("/v1/search", request).expect(200).json()
}

fn times(shop: &Shop, times: usize, query: &str) {
    (0..times).for_each(|_| _ = search(shop, &json!({"query": query, "language": "en"})));
}

fn report(shop: &Shop, query: &str) -> Value {
    shop.secret.get(&format!("/v1/reports/unmet-demand{query}")).expect(200).json()
}

fn texts(report: &Value) -> Vec<&str> {
    report["demands"].as_array().unwrap().iter().map(|demand| demand["text"].as_str().unwrap()).collect()
}

/// proves CON-16: given searches that find nothing, or nothing that can be had, a ranked list of the last week says what
/// was asked for, how often and why it was not met, and what the shop has instead.
#[test]
fn what_is_searched_for_and_cannot_be_had_is_ranked() {
    let shop = stocked();
    times(&shop, 2, "snowshoes");
    shop.advance("1d");
    times(&shop, 2, "Snowshoes");
    times(&shop, 3, "tents");
    times(&shop, 5, "orange boots");
    times(&shop, 4, "boots");
    let answer = report(&shop, "");
    assert_eq!((&answer["from"], &answer["to"]), (&json!("2026-02-25"), &json!("2026-03-03")), "{answer}");
    assert_eq!((&answer["total"], &answer["listed_from"]), (&json!(3), &json!(3)), "{answer}");
    let [orange, snowshoes, tents] = answer["demands"].as_array().unwrap().as_slice() else { panic!("{answer}") };
    let counts = |demand: &Value| {
        ["searches", "nothing", "out_of_stock", "some_words"].map(|count| demand[count].as_u64().unwrap())
    };
    assert_eq!((&orange["text"], counts(orange)), (&json!("orange boots"), [5, 0, 0, 5]));
    assert_eq!((&snowshoes["text"], counts(snowshoes)), (&json!("snowshoes"), [4, 4, 0, 0]));
    assert_eq!((&snowshoes["first_day"], &snowshoes["last_day"]), (&json!("2026-03-02"), &json!("2026-03-03")));
    assert_eq!((&tents["text"], counts(tents)), (&json!("tents"), [3, 0, 3, 0]));
    let boot = json!({"id": "boot", "title": "Hiking boots", "in_stock": true, "found_by": "some_words"});
    assert_eq!((&orange["nearest"], &orange["now"]), (&boot, &json!("some_words")));
    assert_eq!((&snowshoes["nearest"], &snowshoes["now"]), (&Value::Null, &json!("nothing")));
    assert_eq!((&tents["nearest"]["id"], &tents["nearest"]["in_stock"]), (&json!("tent"), &json!(false)));
    assert_eq!(texts(&report(&shop, "?limit=1")), ["orange boots"]);
    assert_eq!(texts(&report(&shop, "?days=1")), ["orange boots", "tents"]);

    // As soon as the tent is there, the list says so, and nothing more is counted.
    let item = json!({"id": "tent", "change": "patch", "stock": 4});
    shop.advance("1m");
    _ = shop.secret.post("/v1/catalog/items", &json!({"items": [item]})).expect(200);
    times(&shop, 1, "tents");
    let tents = report(&shop, "")["demands"][2].clone();
    assert_eq!((&tents["now"], &tents["searches"]), (&json!("met"), &json!(3)), "{tents}");
    shop.advance("8d");
    assert_eq!(report(&shop, "")["demands"], json!([]));
    assert_eq!(texts(&report(&shop, "?days=9")), ["orange boots", "tents"]);
}

#[test]
fn only_finished_searches_for_what_is_not_there_count() {
    let shop = stocked();
    for request in [
        json!({"query": "snowsh", "typing": true}),
        json!({"query": "snowshoes", "offset": 24}),
        json!({"query": "snowshoes", "size": 0}),
        json!({"query": "boots", "filters": {"topics": {"color": ["red"]}}}),
        json!({"query": "boots", "filters": {"price_below_cents": 10}}),
        json!({"query": "!?"}),
        json!({"query": ""}),
    ] {
        (0..3).for_each(|_| _ = search(&shop, &request));
    }
    times(&shop, 2, "crampons");
    assert_eq!(
        report(&shop, ""),
        json!({
            "from": "2026-02-24", "to": "2026-03-02", "listed_from": 3, "total": 0, "demands": [],
        })
    );
    // What the filters let through does not matter: nobody finds snowshoes without them either.
    (0..3).for_each(|_| _ = search(&shop, &json!({"query": "snowshoes", "filters": {"in_stock": true}})));
    (0..3).for_each(|_| _ = search(&shop, &json!({"query": "tent", "filters": {"in_stock": true}})));
    let answer = report(&shop, "");
    assert_eq!(texts(&answer), ["snowshoes", "tent"], "{answer}");
    assert_eq!(answer["demands"][1]["out_of_stock"], 3, "{answer}");
}

#[test]
fn what_may_be_personal_is_neither_listed_nor_written() {
    let shop = stocked();
    let long = "snowshoes ".repeat(1_000);
    let personal = ["ana.martin@example.com", "06 12 34 56 78", "+33612345678", "0-6-1-2-3-4-5-6", &long];
    for text in personal {
        times(&shop, 3, text);
    }
    times(&shop, 3, "\u{202e}<Snowshoes>\u{0}");
    assert_eq!(texts(&report(&shop, "")), ["snowshoes"]);
    let written = written(&shop);
    assert!(written.contains("snowshoes"), "{written}");
    for word in ["martin", "12", "3456", "612"] {
        assert!(!written.contains(word), "{word}: {written}");
    }
}

/// The file of the first day as soon as it is there.
fn written(shop: &Shop) -> String {
    let file = shop.folder().join("demand").join("2026-03-02.json");
    for _ in 0..600 {
        if let Ok(text) = fs::read_to_string(&file) {
            return text;
        }
        std::thread::park_timeout(Duration::from_millis(50));
    }
    panic!("nothing is written");
}

#[test]
fn what_was_written_is_there_after_a_kill() {
    let mut shop = stocked();
    times(&shop, 3, "snowshoes");
    assert!(written(&shop).contains("snowshoes"));
    let before = report(&shop, "")["demands"].clone();
    shop.server.kill9();
    shop.start_again_at(at(START));
    assert_eq!(report(&shop, "")["demands"], before);
    times(&shop, 1, "snowshoes");
    assert_eq!(report(&shop, "")["demands"][0]["searches"], 4);
}

#[test]
fn a_report_has_its_bounds_and_needs_the_secret_key() {
    let shop = Shop::open();
    for (query, code, pointer, status) in [
        ("?days=0", "OUT_OF_RANGE", "/days", 422),
        ("?days=36", "OUT_OF_RANGE", "/days", 422),
        ("?limit=0", "OUT_OF_RANGE", "/limit", 422),
        ("?limit=201", "OUT_OF_RANGE", "/limit", 422),
        ("?days=week", "BAD_QUERY", "/days", 400),
        ("?weeks=1", "BAD_QUERY", "/weeks", 400),
    ] {
        let error = shop.secret.get(&format!("/v1/reports/unmet-demand{query}")).expect(status).json();
        assert_eq!((&error["code"], &error["error"]["pointer"]), (&json!(code), &json!(pointer)), "{query}");
    }
    assert_eq!(shop.web.get("/v1/reports/unmet-demand").expect(403).json()["code"], "KEY_KIND");
}

//! Searching what the shop sells, through the real program.

use std::{fs, time::Duration};

use serde_json::{Value, json};
use testkit::{
    client::Answer,
    process::{Noise, Options},
};

use crate::shop::{START, Shop, at, track};

fn boots() -> [Value; 4] {
    let boot = |id: &str, fr: &str, en: &str, brand: &str, price: f64, stock: u32, released: &str| {
        json!({
            "id": id, "title": {"fr": fr, "en": en}, "brand": brand, "price": price, "stock": stock,
            "categories": [["Shoes", "Boots"]], "attributes": {"terrain": ["snow"], "waterproof": true},
            "released_at": released,
        })
    };
    [
        boot("b-1", "Chaussures de randonnée", "Hiking boots", "Lowa", 199.0, 3, "2026-01-01"),
        boot("b-2", "Chaussures d’été", "Summer boots", "Meindl", 149.5, 0, "2026-02-01"),
        boot("b-3", "Bottes d’hiver", "Winter boots", "Lowa", 89.0, 5, "2026-02-20"),
        json!({"id": "p-1", "title": {"fr": "Bâton de marche", "en": "Trekking pole"}, "price": 30, "stock": 9,
               "categories": [["Poles"]], "gtin": "3234567890126"}),
    ]
}

fn tell(shop: &Shop, items: &[Value]) {
    _ = shop.secret.post("/v1/catalog/items", &json!({"items": items, "currency": "EUR"})).expect(200);
}

fn send(shop: &Shop, request: &Value) -> Answer {
    shop.web.post("/v1/search", request)
}

fn search(shop: &Shop, request: &Value) -> Value {
    send(shop, request).expect(200).json()
}

fn ids(answer: &Value) -> Vec<&str> {
    answer["hits"].as_array().unwrap().iter().map(|hit| hit["id"].as_str().unwrap()).collect()
}

/// What is found when that is what is wanted; what changes in the catalog is found a moment later.
fn until(shop: &Shop, request: &Value, is_wanted: impl Fn(&Value) -> bool) -> Value {
    for _ in 0..600 {
        let answer = search(shop, request);
        if is_wanted(&answer) {
            return answer;
        }
        std::thread::park_timeout(Duration::from_millis(50));
    }
    panic!("{request} still finds {}", search(shop, request));
}

fn stocked() -> Shop {
    stock(Shop::open())
}

fn stock(shop: Shop) -> Shop {
    tell(&shop, &boots());
    _ = until(&shop, &json!({}), |answer| answer["total"] == 4);
    shop
}

#[test]
fn items_are_found_as_people_write_them() {
    let shop = stocked();
    for (query, language, found) in [
        ("chaussure randonnée", "fr", &["b-1"][..]),
        ("CHAUSSURE RANDONNEE", "fr", &["b-1"]),
        ("boot winter", "en", &["b-3"]),
        ("treking pole", "en", &["p-1"]),
        ("batons", "fr", &["p-1"]),
        ("lowa boots", "en", &["b-1", "b-3"]),
        ("3234567890126", "en", &["p-1"]),
        ("b-2", "en", &["b-2"]),
    ] {
        let answer = search(&shop, &json!({"query": query, "language": language}));
        let mut ids = ids(&answer);
        ids.sort_unstable();
        assert_eq!(ids, found, "{query}: {answer}");
    }
    let typed = search(&shop, &json!({"query": "treking pole", "language": "en"}));
    assert_eq!(typed["reading"]["corrected"], json!([{"typed": "treking", "read": "trekking"}]), "{typed}");
    let code = search(&shop, &json!({"query": "3234567890126"}));
    assert_eq!((&code["reading"]["exact"], &code["hits"][0]["found_by"]), (&json!("code"), &json!("exact")));
    let hit = &search(&shop, &json!({"query": "randonnée", "language": "fr"}))["hits"][0];
    let shown = json!({
        "id": "b-1", "title": "Chaussures de randonnée", "brand": "Lowa", "price_cents": 19900, "currency": "EUR",
        "in_stock": true, "found_by": "all_words",
    });
    assert_eq!(*hit, shown);
    let begun = search(&shop, &json!({"query": "trek", "language": "en", "typing": true}));
    assert_eq!(ids(&begun), ["p-1"]);
    assert_eq!(search(&shop, &json!({"query": "xylophone"}))["total"], 0);
}

#[test]
fn hits_are_filtered_counted_sorted_and_paged() {
    let shop = stocked();
    let filters = |filters: Value| ids_of(&shop, &json!({"filters": filters, "sort": "cheapest"}));
    assert_eq!(filters(json!({"topics": {"brand": ["lowa"]}})), ["b-3", "b-1"]);
    assert_eq!(filters(json!({"topics": {"path": ["Shoes > Boots"]}, "in_stock": true})), ["b-3", "b-1"]);
    assert_eq!(filters(json!({"price_from_cents": 3000, "price_below_cents": 14950})), ["p-1", "b-3"]);
    assert_eq!(ids_of(&shop, &json!({"sort": "dearest"})), ["b-1", "b-2", "b-3", "p-1"]);
    assert_eq!(ids_of(&shop, &json!({"query": "boots", "sort": "newest"})), ["b-3", "b-2", "b-1"]);
    assert_eq!(ids_of(&shop, &json!({"sort": "cheapest", "offset": 1, "size": 2})), ["b-3", "b-2"]);
    let facets = json!({"facets": ["brand", "in_stock", "terrain"], "price_bands": [10_000], "size": 0});
    let counted = search(&shop, &facets);
    assert_eq!((&counted["hits"], &counted["total"]), (&json!([]), &json!(4)));
    let value = |value: &str, hits: u64| json!({"value": value, "hits": hits});
    assert_eq!(counted["facets"]["brand"], json!([value("Lowa", 2), value("Meindl", 1)]));
    assert_eq!(counted["facets"]["terrain"], json!([value("snow", 3)]));
    let prices = counted["facets"]["price"].as_array().unwrap();
    assert_eq!(prices.iter().map(|band| band["hits"].as_u64().unwrap()).collect::<Vec<_>>(), [2, 2], "{counted}");
}

fn ids_of(shop: &Shop, request: &Value) -> Vec<String> {
    ids(&search(shop, request)).into_iter().map(str::to_owned).collect()
}

#[test]
fn typing_is_completed() {
    let shop = stocked();
    let completed = shop.web.post("/v1/autocomplete", &json!({"query": "boo", "language": "en"})).expect(200).json();
    assert_eq!(completed["categories"], json!(["Shoes > Boots"]), "{completed}");
    assert_eq!(completed["items"].as_array().unwrap().len(), 3, "{completed}");
    let nothing = shop.web.post("/v1/autocomplete", &json!({"query": ""})).expect(200).json();
    assert_eq!(nothing, json!({"queries": [], "categories": [], "items": []}));
}

#[test]
fn what_many_searched_for_completes_what_others_type() {
    let shop = stocked();
    let searched = |person: usize, query: &str| {
        let who = json!({"anonymousId": format!("laptop-{person}")});
        track("Products Searched", &format!("{person}-{query}"), &who, &json!({"query": query}))
    };
    for person in 0..5 {
        shop.grant(&format!("anonymous_id:laptop-{person}"), &["site"]);
        shop.page_sends(&[searched(person, "Hiking boots"), searched(person, "hiking with ana@example.com")]);
        // Four persons are not many, and what is not there helps nobody.
        shop.page_sends(&[searched(person, "hiking tents"), searched(person.max(1), "hiking")]);
    }
    shop.advance("1m");
    _ = shop.secret.post("/v1/training", &json!({})).expect(200);
    let typed = json!({"query": "hik", "language": "en"});
    for _ in 0..600 {
        let completed = shop.web.post("/v1/autocomplete", &typed).expect(200).json();
        if completed["queries"] != json!([]) {
            assert_eq!(completed["queries"], json!(["hiking boots"]));
            return;
        }
        std::thread::park_timeout(Duration::from_millis(50));
    }
    panic!("nothing that people searched for completes `hik`");
}

#[test]
fn words_mean_what_the_shop_says() {
    let mut shop = stocked();
    let (stick, any) = (json!({"query": "stick", "language": "en"}), |answer: &Value| !ids(answer).is_empty());
    assert!(!any(&search(&shop, &stick)));
    shop.define("synonym", "stick", &json!({"same": ["stick", "trekking pole"]}));
    assert_eq!(ids(&until(&shop, &stick, any)), ["p-1"]);
    shop.define("synonym", "shoes", &json!({"sought": "gear", "found": ["hiking boots", "pole"]}));
    let gear = until(&shop, &json!({"query": "gear"}), any);
    assert_eq!((ids(&gear).len(), gear["hits"][0]["found_by"].as_str()), (2, Some("all_words")), "{gear}");
    // What the shop says stands after a start, and an index that is begun anew knows it too.
    shop.server.kill9();
    fs::remove_dir_all(shop.server.folder().join("search")).unwrap();
    shop.start_again_at(at(START));
    assert_eq!(ids(&until(&shop, &stick, any)), ["p-1"]);
    _ = shop.secret.delete("/v1/definitions/synonym/stick?wait=true").expect(200);
    _ = until(&shop, &stick, |answer| !any(answer));
    let refused = shop.secret.put("/v1/definitions/synonym/stick", &json!({"same": ["stick"]})).expect(422).json();
    assert_eq!((&refused["code"], &refused["error"]["pointer"]), (&json!("EMPTY"), &json!("/same")));
}

#[test]
fn what_changes_is_found_so_after_a_kill_and_with_a_broken_index() {
    let mut shop = stocked();
    shop.advance("1m");
    tell(
        &shop,
        &[
            json!({"id": "b-2", "change": "patch", "price": 99, "stock": 4}),
            json!({"id": "b-1", "change": "remove"}),
            json!({"id": "t-1", "title": "Tent", "price": 250}),
        ],
    );
    let stocked = json!({"query": "boots", "filters": {"in_stock": true}, "sort": "dearest"});
    let found = until(&shop, &stocked, |answer| ids(answer) == ["b-2", "b-3"]);
    assert_eq!(found["hits"][0]["price_cents"], 9900);
    _ = until(&shop, &json!({"query": "tent"}), |answer| ids(answer) == ["t-1"]);

    shop.server.kill9();
    shop.start_again_at(at("2026-03-02 10:01"));
    _ = until(&shop, &stocked, |answer| ids(answer) == ["b-2", "b-3"]);

    shop.server.kill9();
    let folder = shop.server.folder().join("search");
    for file in fs::read_dir(&folder).unwrap() {
        let file = file.unwrap().path();
        if file.extension().is_some_and(|extension| extension != "lock") {
            fs::write(file, b"no index").unwrap();
        }
    }
    shop.start_again_at(at("2026-03-02 10:02"));
    _ = until(&shop, &stocked, |answer| ids(answer) == ["b-2", "b-3"]);
    assert_eq!(search(&shop, &json!({}))["total"], 4);
}

#[test]
fn an_index_that_cannot_be_opened_is_tried_again() {
    let mut shop = stock(Shop::open_with(Options { seed: Some(1), noise: Noise::Expected, ..Options::default() }));
    shop.server.kill9();
    let folder = shop.server.folder().join("search");
    fs::remove_dir_all(&folder).unwrap();
    fs::write(&folder, b"in the way").unwrap();
    shop.start_again_at(at(START));
    assert_eq!(send(&shop, &json!({})).expect(503).json()["code"], "NOT_READY");
    tell(&shop, &[json!({"id": "t-1", "title": "Tent", "price": 250})]);
    fs::remove_file(&folder).unwrap();
    for _ in 0..600 {
        let answer = send(&shop, &json!({}));
        if answer.status == 200 && answer.json()["total"] == 5 {
            return;
        }
        std::thread::park_timeout(Duration::from_millis(50));
    }
    panic!("the index is not there again");
}

#[test]
fn any_text_is_a_search() {
    let shop = stocked();
    let long = "boots ".repeat(2_000);
    for query in [long.as_str(), "🥾🥾", "حذاء المشي", "^(a+)+$ [", "\"AND\" OR NOT *:*", "\u{0}\u{202e}", "   "]
    {
        let answer = search(&shop, &json!({"query": query}));
        assert!(answer["total"].is_u64(), "{query}");
        _ = shop.web.post("/v1/autocomplete", &json!({"query": query})).expect(200);
    }
    assert_eq!(search(&shop, &json!({"query": long}))["reading"]["cut"], true);
}

#[test]
fn what_no_search_can_be_is_refused_with_its_field() {
    let shop = stocked();
    let facets: Vec<String> = (0..51).map(|n| format!("f{n}")).collect();
    for (request, code, pointer) in [
        (json!({"size": 201}), "OUT_OF_RANGE", "/size"),
        (json!({"offset": 10_001}), "OUT_OF_RANGE", "/offset"),
        (json!({"facets": facets}), "TOO_MANY", "/facets"),
        (json!({"price_bands": [5, 5]}), "OUT_OF_RANGE", "/price_bands"),
    ] {
        let answer = send(&shop, &request);
        let error = answer.expect(422).json();
        assert_eq!(
            (error["code"].as_str(), error["error"]["pointer"].as_str()),
            (Some(code), Some(pointer)),
            "{error}"
        );
    }
    for (request, pointer) in [
        (json!({"sort": "best"}), "/sort"),
        (json!({"quarry": "boots"}), "/quarry"),
        (json!({"filters": {"price_from_cents": -1}}), "/filters/price_from_cents"),
    ] {
        let error = send(&shop, &request).expect(422).json();
        assert_eq!(error["error"]["pointer"].as_str(), Some(pointer), "{error}");
    }
    let completed = shop.web.post("/v1/autocomplete", &json!({"size": 21}));
    assert_eq!(
        (completed.status, completed.json()["error"]["pointer"].as_str().map(str::to_owned)),
        (422, Some("/size".into()))
    );
    assert_eq!(shop.server.nobody().post("/v1/search", &json!({})).status, 401);
}

//! The nearest store that has an item, through the real program.

use serde_json::{Value, json};

use crate::shop::{START, Shop, at};

/// Paris, Lyon and Lille, of which each has a boot; Paris has two of the size 42.
fn stocked() -> Shop {
    let shop = Shop::open();
    let stores = json!({"stores": [
        {"id": "lille", "name": "Lille", "latitude": 50.63, "longitude": 3.07, "country": "FR", "postcode": "59000"},
        {"id": "lyon", "name": "Lyon", "latitude": 45.76, "longitude": 4.84, "country": "FR", "postcode": "69002"},
        {"id": "paris", "name": "Paris", "latitude": 48.86, "longitude": 2.35, "country": "FR", "postcode": "75 011"},
        {"id": "web", "name": "Web"},
    ]});
    assert_eq!(shop.secret.put("/v1/catalog/stores", &stores).expect(200).json(), stores);
    let boot = json!({"id": "boot", "title": "Boot", "price": 129, "stores": {"lille": 1, "lyon": 4},
        "variants": [{"id": "42", "size": "42", "stock": 2, "stores": {"paris": 2}}, {"id": "43", "size": "43", "stock": 0}]});
    tell(&shop, &boot);
    shop
}

fn tell(shop: &Shop, item: &Value) {
    let told = shop.secret.post("/v1/catalog/items", &json!({"items": [item], "currency": "EUR"})).expect(200).json();
    assert_eq!(told["bad"], 0, "{told}");
}

fn nearest(shop: &Shop, request: &Value) -> Value {
    shop.web.post("/v1/stores/nearest", request).expect(200).json()
}

fn shown(answer: &Value) -> Vec<(&str, &str)> {
    let stores = answer["stores"].as_array().unwrap().iter();
    stores.map(|store| (store["id"].as_str().unwrap(), store["availability"].as_str().unwrap())).collect()
}

fn from_versailles() -> Value {
    json!({"item": "boot", "latitude": 48.801_408, "longitude": 2.130_122})
}

/// proves DEC-08: given the visitor's place, a product page gets the nearest store that has the item by word that is at
/// most five minutes old, and older word as not known; without the place it is told to ask for a postcode.
#[test]
fn the_nearest_store_that_has_an_item_is_found_by_fresh_word_only() {
    let shop = stocked();
    let answer = nearest(&shop, &from_versailles());
    let paris = json!({
        "id": "paris", "name": "Paris", "distance_m": 17_400, "availability": "available", "count": 2,
        "as_of": "2026-03-02T10:00:00Z", "country": "FR", "postcode": "75 011",
    });
    assert_eq!(answer["stores"][0], paris);
    assert_eq!(shown(&answer), [("paris", "available"), ("lille", "available"), ("lyon", "available")]);

    shop.advance("5m");
    assert_eq!(shown(&nearest(&shop, &from_versailles()))[0], ("paris", "available"), "exactly five minutes old");
    shop.advance("1s");
    let stale = nearest(&shop, &from_versailles());
    assert_eq!(shown(&stale), [("paris", "unknown"), ("lille", "unknown"), ("lyon", "unknown")]);
    assert!(stale["stores"][0].get("count").is_none(), "{stale}");
    // Word of the same number is fresh word; what is sold out is not shown.
    tell(&shop, &json!({"id": "boot", "change": "patch", "stores": {"lyon": 4, "lille": 0}}));
    assert_eq!(shown(&nearest(&shop, &from_versailles())), [("lyon", "available"), ("paris", "unknown")]);

    let asked = nearest(&shop, &json!({"item": "boot"}));
    assert_eq!(asked, json!({"ask": "postcode", "stores": []}));
    let typed = nearest(&shop, &json!({"item": "boot", "country": "fr", "postcode": "69 100"}));
    assert_eq!(shown(&typed), [("lyon", "available")]);
    assert!(typed.get("ask").is_none() && typed["stores"][0].get("distance_m").is_none(), "{typed}");
}

#[test]
fn stock_is_that_of_the_variant_and_as_fresh_as_is_wanted() {
    let mut shop = stocked();
    let variant = |id: &str| {
        let mut request = from_versailles();
        request["variant"] = json!(id);
        request
    };
    assert_eq!(shown(&nearest(&shop, &variant("42"))), [("paris", "available")]);
    assert_eq!(shown(&nearest(&shop, &variant("43"))), []);
    shop.advance("1m");
    let mut strict = variant("42");
    strict["fresh_within_s"] = json!(59);
    assert_eq!(shown(&nearest(&shop, &strict)), [("paris", "unknown")]);
    let before = nearest(&shop, &from_versailles());
    shop.server.kill9();
    shop.start_again_at(at(START));
    shop.advance("1m");
    assert_eq!(nearest(&shop, &from_versailles()), before);
}

#[test]
fn where_a_visitor_is_stays_with_nobody() {
    let shop = stocked();
    let at = |north: f64, east: f64| nearest(&shop, &json!({"item": "boot", "latitude": north, "longitude": east}));
    assert_eq!(at(48.801_408, 2.130_122), at(48.804_9, 2.125_1), "places are rounded to a hundredth of a degree");
    let error = shop.web.post("/v1/stores/nearest", &json!({"item": "boot", "latitude": 123.456, "longitude": 1}));
    let error = error.expect(422).json();
    assert!(!error.to_string().contains("123"), "{error}");
}

#[test]
fn what_no_question_can_be_is_refused_with_its_field() {
    let shop = stocked();
    let long = "9".repeat(10_000);
    for (request, code, pointer, status) in [
        (json!({"item": "tent"}), "NOT_FOUND", "/item", 404),
        (json!({"item": long}), "NOT_FOUND", "/item", 404),
        (json!({"item": "boot", "variant": "44"}), "NOT_FOUND", "/variant", 404),
        (json!({"item": "boot", "latitude": 90.1, "longitude": 0}), "OUT_OF_RANGE", "/latitude", 422),
        (json!({"item": "boot", "latitude": -90, "longitude": 180.1}), "OUT_OF_RANGE", "/longitude", 422),
        (json!({"item": "boot", "latitude": 1e300, "longitude": 0}), "OUT_OF_RANGE", "/latitude", 422),
        (json!({"item": "boot", "latitude": 48}), "MISSING_FIELD", "/longitude", 422),
        (json!({"item": "boot", "longitude": 48}), "MISSING_FIELD", "/latitude", 422),
        (json!({"item": "boot", "postcode": "75011"}), "MISSING_FIELD", "/country", 422),
        (json!({"item": "boot", "country": "FR", "postcode": long}), "VALIDATION", "/postcode", 422),
        (json!({"item": "boot", "country": "FRA", "postcode": "75011"}), "VALIDATION", "/country", 422),
        (json!({"item": "boot", "fresh_within_s": 0}), "OUT_OF_RANGE", "/fresh_within_s", 422),
        (json!({"item": "boot", "fresh_within_s": 301}), "OUT_OF_RANGE", "/fresh_within_s", 422),
        (json!({"item": "boot", "place": "here"}), "UNKNOWN_FIELD", "/place", 422),
    ] {
        let error = shop.web.post("/v1/stores/nearest", &request).expect(status).json();
        assert_eq!((&error["code"], &error["error"]["pointer"]), (&json!(code), &json!(pointer)), "{error}");
    }
    assert_eq!(shop.server.nobody().post("/v1/stores/nearest", &json!({"item": "boot"})).status, 401);
    for (store, field) in [
        (json!({"id": "a", "name": "A", "country": "FR"}), "postcode"),
        (json!({"id": "a", "name": "A", "country": "FR", "postcode": "?"}), "postcode"),
        (json!({"id": "a", "name": "A", "country": "33", "postcode": "75011"}), "country"),
    ] {
        let error = shop.secret.put("/v1/catalog/stores", &json!({"stores": [store]})).expect(422).json();
        assert_eq!(error["error"]["pointer"], json!(format!("/stores/0/{field}")), "{error}");
    }
}

#[test]
fn a_shop_without_stores_has_none_nearby() {
    let shop = Shop::open();
    tell(&shop, &json!({"id": "boot", "title": "Boot", "price": 129, "stores": {"paris": 3}}));
    assert_eq!(nearest(&shop, &from_versailles()), json!({"stores": []}));
    let typed = json!({"item": "boot", "country": "FR", "postcode": "75011"});
    assert_eq!(nearest(&shop, &typed), json!({"stores": []}));
}

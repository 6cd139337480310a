//! Recommenders through the real program: what was sent as events comes back as lists with reasons.

use std::time::Duration;

use serde_json::{Value, json};
use testkit::client::Answer;

use crate::shop::Shop;

const BENEFIT: [(&str, &str); 2] = [("en", "Find what goes with it"), ("fr", "Trouver ce qui va avec")];

pub(crate) fn item(id: &str, title: &str, category: &[&str], price: f64) -> Value {
    json!({"id": id, "title": {"en": title}, "brand": "Lowa", "price": price, "stock": 9, "categories": [category]})
}

pub(crate) fn tell(shop: &Shop, items: &[Value]) {
    let told = shop.secret.post("/v1/catalog/items", &json!({"items": items, "currency": "EUR"})).expect(200).json();
    assert_eq!(told.get("refused"), None, "{told}");
}

/// Defines a recommender that is personal, with more said of it.
pub(crate) fn define(shop: &Shop, name: &str, mut document: Value) {
    let benefit = BENEFIT.into_iter().map(|(language, text)| (language.to_owned(), json!(text)));
    document["benefit"] = Value::Object(benefit.collect());
    shop.define("recommender", name, &document);
}

pub(crate) fn viewed(who: &str, item: &str) -> Value {
    json!({"type": "track", "event": "Product Viewed", "userId": who, "properties": {"product_id": item}})
}

pub(crate) fn ordered(who: &str, items: &[&str]) -> Value {
    let lines: Vec<Value> = items.iter().map(|item| json!({"product_id": item})).collect();
    json!({"type": "track", "event": "Order Completed", "userId": who, "properties": {"products": lines}})
}

pub(crate) fn grant(shop: &Shop, who: &str, purpose: &str) {
    shop.grant(&format!("user_id:{who}"), &[purpose]);
}

/// Trains on what happened up to a minute ago: what is of this very moment is not past yet.
pub(crate) fn train(shop: &Shop) -> Value {
    shop.advance("1m");
    shop.secret.post("/v1/training", &json!({})).expect(200).json()["last"].clone()
}

fn send(shop: &Shop, request: &Value) -> Answer {
    shop.secret.post("/v1/recommend", request)
}

pub(crate) fn ask(shop: &Shop, request: &Value) -> Value {
    send(shop, request).expect(200).json()
}

pub(crate) fn ids(answer: &Value) -> Vec<&str> {
    answer["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap()).collect()
}

/// Asks until something that happens in the background is there.
fn until(shop: &Shop, request: &Value, is_wanted: impl Fn(&[&str]) -> bool) -> Value {
    for _ in 0..200 {
        let answer = ask(shop, request);
        if is_wanted(&ids(&answer)) {
            return answer;
        }
        std::thread::park_timeout(Duration::from_millis(50));
    }
    panic!("{request} still gets {}", ask(shop, request));
}

/// Ten boots, each with socks that are bought with it, and a bestseller that is in every basket: 60 customers.
pub(crate) fn shop_with_pairs() -> Shop {
    let shop = Shop::open();
    let mut items: Vec<Value> = (0..10)
        .flat_map(|n| {
            let boot = item(&format!("boot-{n}"), &format!("Boot {n}"), &["Shoes", "Boots"], 150.0);
            [boot, item(&format!("sock-{n}"), &format!("Sock {n}"), &["Clothes", "Socks"], 15.0)]
        })
        .collect();
    items.push(item("bag", "Shopping bag", &["Bags"], 1.0));
    tell(&shop, &items);
    let mut orders = Vec::new();
    for customer in 0..60 {
        let (who, n) = (format!("c-{customer}"), customer % 10);
        grant(&shop, &who, "site");
        orders.push(ordered(&who, &[&format!("boot-{n}"), &format!("sock-{n}"), "bag"]));
    }
    shop.server_sends(&orders);
    define(&shop, "also", json!({"algorithms": "also_bought", "count": 5}));
    shop
}

/// proves REC-04: of ten planted pairs at least nine come among the first five, before what everybody buys.
#[test]
fn what_is_bought_with_something_is_proposed_beside_it() {
    let shop = shop_with_pairs();
    assert_eq!(train(&shop)["persons"], 60);
    let mut found = 0;
    for n in 0..10 {
        let answer = ask(&shop, &json!({"recommender": "also", "item": format!("boot-{n}")}));
        let place = |id: &str| ids(&answer).iter().position(|other| *other == id);
        let (sock, bag) = (place(&format!("sock-{n}")), place("bag"));
        found += usize::from(sock.is_some_and(|sock| sock < 5 && bag.is_none_or(|bag| sock < bag)));
        let first = &answer["items"][0];
        assert_eq!((&first["why"], &first["of"]), (&json!("also_bought"), &json!(format!("boot-{n}"))), "{answer}");
        assert_eq!(first["because"]["en"], format!("Who bought Boot {n} also bought it."));
        assert!(first["item"]["price_cents"].is_u64() && first["item"]["title"].is_string(), "{first}");
    }
    assert!(found >= 9, "{found} of 10");
}

/// proves REC-07: who bought boots is shown care and socks, and no boots for as long as boots last.
#[test]
fn a_purchase_is_completed_and_not_repeated() {
    let shop = Shop::open();
    let mut boots: Vec<Value> =
        (0..3).map(|n| item(&format!("boot-{n}"), &format!("Boot {n}"), &["Shoes", "Boots"], 150.0)).collect();
    boots.iter_mut().for_each(|boot| boot["expected_life_days"] = json!(700));
    let care = json!({"id": "wax", "title": {"en": "Wax"}, "price": 9, "stock": 5, "categories": [["Care"]],
                      "consumable": true});
    let others = [care, item("sock", "Socks", &["Clothes", "Socks"], 15.0), item("tent", "Tent", &["Camping"], 300.0)];
    tell(&shop, &[boots, others.to_vec()].concat());
    for customer in 0..40 {
        let who = format!("c-{customer}");
        grant(&shop, &who, "site");
        shop.server_sends(&[if customer < 30 {
            ordered(&who, &[&format!("boot-{}", customer % 3), "wax", "sock"])
        } else {
            ordered(&who, &["tent"])
        }]);
    }
    define(&shop, "with", json!({"algorithms": ["complements", "popular"], "count": 4}));
    _ = train(&shop);
    grant(&shop, "ana", "site");
    shop.server_sends(&[ordered("ana", &["boot-0"])]);
    let shown = |who: &str| ask(&shop, &json!({"recommender": "with", "user_id": who}));
    let answer = shown("ana");
    let first: Vec<&str> = ids(&answer)[..2].to_vec();
    assert!(first.contains(&"wax") && first.contains(&"sock"), "{answer}");
    assert_eq!(answer["items"][0]["why"], "complement");
    assert!(!ids(&answer).iter().any(|id| id.starts_with("boot")), "{answer}");
    shop.advance("360d");
    assert!(!ids(&shown("ana")).contains(&"boot-0"), "it still lasts");
}

/// proves REC-02, REC-05: an item nobody has seen is proposed a moment after it was told; what is alike is of the same
/// use, near in price and in stock.
#[test]
fn a_new_item_is_proposed_beside_what_is_like_it() {
    let shop = Shop::open();
    let boot = |id: &str, use_of: &str, price: f64, stock: u32| {
        json!({"id": id, "title": {"en": format!("{use_of} boots")}, "price": price, "stock": stock,
               "categories": [["Shoes", "Boots"]], "attributes": {"use": use_of}})
    };
    let mut all: Vec<Value> = (0..8).map(|n| boot(&format!("snow-{n}"), "snow", 180.0 + f64::from(n), 4)).collect();
    all.extend((0..8).map(|n| boot(&format!("city-{n}"), "city", 60.0 + f64::from(n), 4)));
    all.push(boot("snow-gone", "snow", 181.0, 0));
    all.push(boot("snow-dear", "snow", 900.0, 4));
    tell(&shop, &all);
    let alike = json!({"algorithms": "similar", "count": 6, "price": {"from": 0.5, "to": 2}});
    shop.define("recommender", "alike", &alike);
    let request = json!({"recommender": "alike", "item": "snow-0"});
    let answer = until(&shop, &request, |found| found.len() == 6);
    assert!(ids(&answer).iter().all(|id| id.starts_with("snow-")), "{answer}");
    assert!(!ids(&answer).contains(&"snow-gone") && !ids(&answer).contains(&"snow-dear"), "{answer}");
    assert_eq!((&answer["items"][0]["why"], &answer["is_personal"]), (&json!("similar"), &json!(false)));
    let mut new = boot("snow-new", "snow", 180.0, 4);
    new["brand"] = json!("Lowa");
    tell(&shop, &[new]);
    shop.define(
        "recommender",
        "alike",
        &json!({"algorithms": "similar", "count": 12, "price": {"from": 0.5, "to": 2}}),
    );
    _ = until(&shop, &request, |found| found.contains(&"snow-new"));
}

/// proves REC-11: out of size is never shown, and neither is what the person's store has not.
#[test]
fn only_what_can_be_had_in_the_size_and_the_store_is_shown() {
    let shop = Shop::open();
    let boot = |id: &str, sizes: &[(&str, u32)], paris: u32| {
        let variants: Vec<Value> = sizes
            .iter()
            .map(|(size, stock)| json!({"id": format!("{id}-{size}"), "size": size, "stock": stock, "price": 100}))
            .collect();
        json!({"id": id, "title": {"en": format!("Boots {id}")}, "price": 100, "stock": 9, "variants": variants,
               "stores": {"paris": paris}, "categories": [["Shoes", "Boots"]]})
    };
    let all = [
        boot("both", &[("42", 3), ("38", 3)], 1),
        boot("small", &[("38", 3), ("42", 0)], 1),
        boot("large", &[("42", 3)], 1),
        boot("lyon", &[("42", 3)], 0),
    ];
    tell(&shop, &all);
    shop.define("trait", "shoe_size", &json!({"holds": "text"}));
    shop.define("trait", "store", &json!({"holds": "text"}));
    define(
        &shop,
        "fits",
        json!({"algorithms": "new", "size_of": "shoe_size", "store_of": "store", "bought": "always"}),
    );
    grant(&shop, "ana", "site");
    let traits = json!({"type": "identify", "userId": "ana", "traits": {"shoe_size": "42", "store": "paris"}});
    shop.server_sends(&[traits]);
    let request = json!({"recommender": "fits", "user_id": "ana"});
    let answer = until(&shop, &request, |found| !found.is_empty());
    let mut found = ids(&answer);
    found.sort_unstable();
    assert_eq!(found, ["both", "large"], "{answer}");
    shop.advance("1m");
    tell(&shop, &[json!({"id": "both", "change": "patch", "variant": "both-42", "stock": 0})]);
    assert_eq!(ids(&ask(&shop, &request)), ["large"], "the next answer knows");
}

/// A list of a category, for whom nothing is known of, begins with what most people take; and so does what is alike in a
/// search.
#[test]
fn a_list_without_words_begins_with_what_is_popular() {
    let shop = shop_with_pairs();
    let more: Vec<Value> = (0..9).map(|n| ordered(&format!("c-{n}"), &["boot-7"])).collect();
    shop.server_sends(&more);
    let list = |request: &Value| -> Vec<String> {
        let found = shop.web.post("/v1/search", request).expect(200).json();
        found["hits"].as_array().unwrap().iter().map(|hit| hit["id"].as_str().unwrap().to_owned()).collect()
    };
    _ = train(&shop);
    let (all, boots) = (json!({}), json!({"filters": {"topics": {"path": ["Shoes > Boots"]}}}));
    for _ in 0..200 {
        if list(&all).first().is_some_and(|first| first == "bag") {
            break;
        }
        std::thread::park_timeout(Duration::from_millis(50));
    }
    assert_eq!((list(&all)[0].as_str(), list(&boots)[0].as_str()), ("bag", "boot-7"));
    assert_eq!(list(&json!({"query": "boot", "sort": "popular"}))[0], "boot-7");
    assert_eq!(list(&json!({"query": "boot", "sort": "cheapest"}))[0], "boot-7", "of equals the popular one");
}

/// proves REC-08: a saved jacket that is back in the person's size is one message, and not another one until the cap is
/// over.
#[test]
fn what_was_saved_and_is_back_in_size_is_said_once() {
    let shop = Shop::open();
    let size = |size: &str, stock: u32| json!({"id": format!("j-{size}"), "size": size, "stock": stock, "price": 200});
    let jacket =
        json!({"id": "jacket", "title": {"en": "Jacket"}, "price": 200, "variants": [size("L", 3), size("M", 0)]});
    tell(&shop, &[jacket]);
    shop.define("trait", "size", &json!({"holds": "text"}));
    shop.define("setting", "holdout_share", &json!({"value": 0}));
    shop.define("recommender", "back", &json!({"algorithms": "back_in_stock", "count": 1, "size_of": "size"}));
    let says = |items: &Value| json!({"languages": {"en": {"title": "News"}}, "stage": "comparison", "intent": "inform", "items": items});
    shop.define("content", "back", &says(&json!({"recommender": "back"})));
    let plain = json!({"languages": {"en": {"title": "News"}}, "stage": "comparison", "intent": "inform"});
    shop.define("content", "news", &plain);
    shop.define("placement", "mail", &json!({"channel": "email", "neutral": "news"}));
    let variants = json!({"control": {"share": 0.3}, "message": {"share": 0.7, "contents": "back"}});
    let benefit = json!({"en": "Know when it is back", "fr": "Savoir quand il revient"});
    let once = json!({"placements": "mail", "audience": "true", "benefit": benefit, "variants": variants,
                      "caps": [{"most": 1, "per": "30d"}]});
    shop.define("experience", "back", &once);
    let people: Vec<String> = (0..20).map(|n| format!("m-{n}")).collect();
    for who in &people {
        shop.grant(&format!("user_id:{who}"), &["site", "email"]);
        let traits = json!({"type": "identify", "userId": who, "traits": {"size": "M"}});
        let saved = json!({"type": "track", "event": "Product Added to Wishlist", "userId": who,
                           "properties": {"product_id": "jacket"}});
        shop.server_sends(&[traits, saved]);
    }
    let decided = |who: &str| {
        let request = json!({"placements": ["mail"], "user_id": who});
        shop.secret.post("/v1/decide", &request).expect(200).json()["decisions"][0].clone()
    };
    let items =
        |decision: &Value| decision["contents"][0].get("items").map_or(0, |items| items.as_array().unwrap().len());
    assert!(people.iter().all(|who| items(&decided(who)) == 0), "it can be had in another size only");
    shop.advance("1m");
    tell(&shop, &[json!({"id": "jacket", "change": "patch", "variant": "j-M", "stock": 2})]);
    let mut told = 0;
    for who in &people {
        let first = decided(who);
        let is_told = first["variant"] == "message";
        assert_eq!(items(&first), usize::from(is_told), "{first}");
        if is_told {
            assert_eq!(first["contents"][0]["items"][0]["why"], "saved", "{first}");
            let second = decided(who);
            assert_eq!((items(&second), &second["reason"]), (0, &json!("CAPPED")), "{second}");
            told += 1;
        }
    }
    assert!((8..20).contains(&told), "{told} of 20");
}

/// proves REC-10: the algorithm is changed by an experiment, without code.
#[test]
fn an_algorithm_is_an_arm_of_an_experiment() {
    let shop = shop_with_pairs();
    _ = train(&shop);
    shop.define("recommender", "popular", &json!({"algorithms": "popular", "count": 3, "bought": "always"}));
    let content = |recommender: &str| {
        json!({"languages": {"en": {"title": "For you"}}, "stage": "comparison", "intent": "help",
               "items": {"recommender": recommender}})
    };
    shop.define("content", "row-a", &content("also"));
    shop.define("content", "row-b", &content("popular"));
    shop.define("placement", "row", &json!({"channel": "web", "neutral": "row-b"}));
    shop.define("setting", "holdout_share", &json!({"value": 0}));
    let variants = json!({"control": {"share": 0.2}, "a": {"share": 0.4, "contents": "row-a"},
                          "b": {"share": 0.4, "contents": "row-b"}});
    let benefit = json!({"en": "Find what goes with it", "fr": "Trouver ce qui va avec"});
    shop.define(
        "experience",
        "row",
        &json!({"placements": "row", "audience": "true", "benefit": benefit,
                                              "variants": variants}),
    );
    let mut drawn = std::collections::BTreeMap::new();
    for n in 0..40 {
        let who = format!("v-{n}");
        grant(&shop, &who, "site");
        let request = json!({"placements": ["row"], "user_id": who, "attributes": {"item": "boot-3"}});
        let answer = shop.secret.post("/v1/decide", &request).expect(200).json();
        let decision = &answer["decisions"][0];
        let variant = decision["variant"].as_str().unwrap_or_default().to_owned();
        let why = decision["contents"][0]["items"][0]["why"].as_str().unwrap().to_owned();
        assert_eq!(why, if variant == "a" { "also_bought" } else { "popular_here" }, "{decision}");
        let from = &decision["grounds"]["recommended"][0];
        assert!(from["model"].as_u64().unwrap() > 0 && from["candidates"][0]["id"].is_string(), "{decision}");
        *drawn.entry(variant).or_insert(0) += 1;
        if n == 0 {
            let id = decision["id"].as_str().unwrap().to_owned();
            _ = train(&shop);
            let again = shop.secret.post(&format!("/v1/decisions/{id}/replay"), &json!({})).expect(200).json();
            assert_eq!(again["outcome"], "SAME", "{again}");
        }
    }
    assert_eq!(drawn.len(), 3, "{drawn:?}");
}

/// proves REC-06: boots searched for, and in the next response a pole and a sock are in the row.
#[test]
fn boots_are_searched_for_and_poles_and_socks_are_proposed_at_once() {
    let shop = Shop::open();
    let kind = |kind: &'static str, category: &'static [&'static str]| {
        (0..4).map(move |n| item(&format!("{kind}-{n}"), &format!("Hiking {kind} {n}"), category, 50.0))
    };
    let boots = kind("boot", &["Shoes", "Boots"]);
    let others = kind("pole", &["Poles"]).chain(kind("sock", &["Clothes", "Socks"])).chain(kind("tent", &["Camping"]));
    tell(&shop, &boots.chain(others).collect::<Vec<_>>());
    let mut orders = Vec::new();
    for customer in 0..48 {
        let (who, n) = (format!("c-{customer}"), customer % 4);
        grant(&shop, &who, "site");
        let [boot, pole, sock, tent] = ["boot", "pole", "sock", "tent"].map(|kind| format!("{kind}-{n}"));
        orders.push(if customer < 36 { ordered(&who, &[&boot, &pole, &sock]) } else { ordered(&who, &[&tent]) });
    }
    shop.server_sends(&orders);
    define(&shop, "row", json!({"algorithms": "hybrid", "count": 8, "most_per_category": 3}));
    _ = train(&shop);
    grant(&shop, "ana", "site");
    let searched =
        json!({"type": "track", "event": "Products Searched", "userId": "ana", "properties": {"query": "boot"}});
    let answer = ask(&shop, &json!({"recommender": "row", "user_id": "ana", "events": [searched]}));
    let has = |kind: &str| ids(&answer).iter().any(|id| id.starts_with(kind));
    assert!(has("pole") && has("sock"), "{answer}");
}

/// Of REC-09 the share: at least a fifth of what is served is outside of the categories that are usual for the person.
#[test]
fn a_share_of_a_list_is_to_be_discovered() {
    let shop = shop_with_pairs();
    define(
        &shop,
        "open",
        json!({"algorithms": ["hybrid", "popular"], "count": 5, "discovery": 0.2, "bought": "always"}),
    );
    _ = train(&shop);
    let looked: Vec<Value> = (0..8).map(|n| viewed("c-1", &format!("boot-{n}"))).collect();
    shop.server_sends(&looked);
    // Whose boots, socks and bags are usual finds nothing else in this shop; who only looked at boots does.
    let answer = ask(&shop, &json!({"recommender": "open", "user_id": "c-1"}));
    grant(&shop, "ana", "site");
    let looked: Vec<Value> = (0..8).map(|n| viewed("ana", &format!("boot-{n}"))).collect();
    shop.server_sends(&looked);
    let open = ask(&shop, &json!({"recommender": "open", "user_id": "ana"}));
    let unusual = ids(&open).iter().filter(|id| !id.starts_with("boot")).count();
    assert!(unusual >= 1 && ids(&open).len() == 5, "{open}");
    assert_eq!(ids(&answer).len(), 5, "the list stays full: {answer}");
}

/// proves REC-12: whoever is unknown is shown what is taken where they are, which fits them better than what all take.
#[test]
fn a_stranger_is_shown_what_is_popular_where_they_are() {
    let shop = Shop::open();
    tell(&shop, &["coat", "shorts", "hat"].map(|id| item(id, id, &["Clothes"], 50.0)));
    let ordered_in = |who: &str, item: &str, locale: &str| {
        let mut order = ordered(who, &[item]);
        order["context"] = json!({"locale": locale});
        order
    };
    let mut orders = Vec::new();
    for customer in 0..90 {
        let who = format!("c-{customer}");
        grant(&shop, &who, "site");
        let (item, locale) = if customer < 60 { ("shorts", "es-ES") } else { ("coat", "nb-NO") };
        orders.push(ordered_in(&who, item, locale));
    }
    shop.server_sends(&orders);
    shop.define("recommender", "here", &json!({"algorithms": "popular", "count": 2}));
    _ = train(&shop);
    let first = |locale: &str| {
        let answer = ask(&shop, &json!({"recommender": "here", "context": {"locale": locale}}));
        ids(&answer)[0].to_owned()
    };
    // Of the next ten takings in Norway all are coats: the list of the country hits each, that of everybody none.
    assert_eq!((first("nb-NO"), first("es-ES")), ("coat".to_owned(), "shorts".to_owned()));
    assert_eq!(ids(&ask(&shop, &json!({"recommender": "here"})))[0], "shorts", "all together take more of these");
}

/// proves PRO-14: of the shoes that are shown to who declared wide feet at least 95 % exist in wide.
#[test]
fn shoes_fit_the_foot_that_was_declared() {
    let shop = Shop::open();
    let boots: Vec<Value> = (0..40)
        .map(|n| {
            let mut boot = item(&format!("boot-{n}"), &format!("Boot {n}"), &["Shoes", "Boots"], 100.0);
            boot["attributes"] =
                json!({"width": if n % 4 == 0 { json!(["normal", "wide"]) } else { json!(["normal"]) }});
            boot
        })
        .collect();
    tell(&shop, &boots);
    shop.define("trait", "foot_width", &json!({"holds": "text"}));
    let wanted = "!has(profile.foot_width) || profile.foot_width in attribute.width";
    define(&shop, "shoes", json!({"algorithms": ["hybrid", "new"], "count": 8, "only": wanted}));
    for (who, width) in [("ana", "wide"), ("ben", "normal")] {
        grant(&shop, who, "site");
        let declared = json!({"type": "identify", "userId": who, "traits": {"foot_width": width}});
        shop.server_sends(&[declared]);
    }
    let request = |who: &str| json!({"recommender": "shoes", "user_id": who});
    let answer = until(&shop, &request("ana"), |found| found.len() == 8);
    let is_wide = |id: &&&str| id["boot-".len()..].parse::<u32>().unwrap() % 4 == 0;
    let wide = ids(&answer).iter().filter(is_wide).count();
    assert!(wide as f64 >= 0.95 * ids(&answer).len() as f64, "{answer}");
    assert!(ids(&ask(&shop, &request("ben"))).iter().filter(is_wide).count() < 8);
}

/// What was just done counts in the very next answer, without a training.
#[test]
fn an_event_changes_the_next_answer() {
    let shop = shop_with_pairs();
    _ = train(&shop);
    define(&shop, "seen", json!({"algorithms": ["recently_viewed", "popular"], "count": 2}));
    grant(&shop, "ana", "site");
    let request = |events: &[Value]| json!({"recommender": "seen", "user_id": "ana", "events": events});
    let before = ask(&shop, &request(&[]));
    assert!(ids(&before)[0] != "boot-7", "{before}");
    let after = ask(&shop, &request(&[viewed("ana", "boot-7")]));
    assert_eq!((ids(&after)[0], &after["items"][0]["why"]), ("boot-7", &json!("seen_before")), "{after}");
    let web = shop.web.post("/v1/recommend", &json!({"recommender": "seen", "user_id": "ana"})).expect(200).json();
    assert_eq!(web["items"][0]["item"]["title"], "Boot 7");
}

/// Without consent, and of minors, a list is what everybody gets who asks alike; and nothing is learned from them.
#[test]
fn without_consent_the_list_is_everybodys() {
    let shop = shop_with_pairs();
    _ = train(&shop);
    define(&shop, "personal", json!({"algorithms": ["personal", "popular"], "count": 3}));
    let asked = |who: &str| ask(&shop, &json!({"recommender": "personal", "user_id": who}));
    let everybody = asked("nobody");
    assert_eq!(everybody["is_personal"], false);
    assert_eq!(asked("c-3")["is_personal"], true);
    shop.refuse("user_id:c-3", &["site"]);
    let refused = asked("c-3");
    assert_eq!((ids(&refused), &refused["reason"]), (ids(&everybody), &json!("NO_CONSENT")), "{refused}");
    assert_eq!(train(&shop)["persons"], 59, "who withdrew is not learned from");
    let young = json!({"type": "identify", "userId": "c-4", "traits": {"birthday": "2014-05-01"}});
    shop.server_sends(&[young]);
    assert_eq!(ids(&asked("c-4")), ids(&everybody));
    assert_eq!(train(&shop)["persons"], 58);
}

/// proves OFF-02: what is below the floor is not shown, however much room there is.
#[test]
fn rather_nothing_than_something_poor() {
    let shop = shop_with_pairs();
    _ = train(&shop);
    let request = json!({"recommender": "also", "item": "boot-1"});
    let all = ids(&ask(&shop, &request)).len();
    define(&shop, "also", json!({"algorithms": "also_bought", "count": 5, "floor": 0.9}));
    let best = ask(&shop, &request);
    assert!(ids(&best).len() < all && ids(&best)[0] == "sock-1", "{best}");
    define(&shop, "also", json!({"algorithms": "also_bought", "count": 5, "floor": 0.9, "least": 4}));
    assert_eq!(ask(&shop, &request)["items"], json!([]));
}

#[test]
fn what_no_recommendation_can_be_is_refused_with_its_field() {
    let shop = shop_with_pairs();
    for (request, status, code, pointer) in [
        (json!({"recommender": "none"}), 422, "UNKNOWN_RECOMMENDER", "/recommender"),
        (json!({"recommender": "also", "itme": "boot-1"}), 422, "UNKNOWN_FIELD", "/itme"),
        (
            json!({"recommender": "also", "preview": true, "events": [viewed("a", "b")]}),
            422,
            "CONTRADICTION",
            "/events",
        ),
    ] {
        let answer = send(&shop, &request);
        let error = answer.json();
        let found = (answer.status, error["code"].as_str(), error["error"]["pointer"].as_str());
        assert_eq!(found, (status, Some(code), Some(pointer)), "{error}");
    }
    let long = "boots ".repeat(2_000);
    let odd =
        json!({"recommender": "also", "item": long, "cart": [long, "🥾", ""], "query": "^(a+)+$ [", "category": ">"});
    assert_eq!(ask(&shop, &odd)["items"], json!([]));
    assert_eq!(shop.web.get("/v1/training").status, 403);
    assert_eq!(shop.server.nobody().post("/v1/recommend", &json!({})).status, 401);
}

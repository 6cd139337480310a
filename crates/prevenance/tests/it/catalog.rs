//! What the shop sells, through the real program: told item by item, by feeds, by webhooks; and still there after a kill.

use std::{fs, io::Write, process::Command, time::Duration};

use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use testkit::{
    client::{Answer, Client, Request},
    process::{Options, SECRET_KEY},
};

use crate::shop::{PROGRAM, START, Shop, at};

fn boot() -> Value {
    json!({
        "id": "boot-42", "group": "boots", "title": {"fr": "Chaussure", "en": "Boot"}, "brand": "Alpina",
        "categories": [["Shoes", "Boots"]], "price": 129.9, "currency": "EUR", "cost": 60, "availability": "in_stock",
        "stock": 5, "stores": {"paris": {"count": 3, "as_of": "2026-03-01T10:00:00Z"}},
        "images": ["https://shop.example/1.jpg", {"url": "https://shop.example/2.jpg", "alt": "The sole"}],
        "link": "https://shop.example/boot-42", "tags": ["new"],
        "attributes": {"width": "wide", "weight": 950.0, "waterproof": true, "terrain": ["snow", "rock"]},
        "gtin": "3234567890126", "mpn": "A-42", "expected_life_days": 900, "consumable": false,
        "variants": [{"id": "b-42", "size": "42", "color": "red", "price": 119.95, "availability": "in_stock", "stock": 2,
                      "inventory_id": "i-1"}],
        "released_at": "2026-01-02T00:00:00Z"
    })
}

fn tell(shop: &Shop, items: &[Value]) -> Value {
    shop.secret.post("/v1/catalog/items", &json!({"items": items, "currency": "EUR"})).expect(200).json()
}

fn item(shop: &Shop, id: &str) -> Value {
    shop.secret.get(&format!("/v1/catalog/items/{id}")).expect(200).json()
}

fn send_feed(client: &Client, name: &str, query: &str, body: &[u8]) -> Answer {
    let path = format!("/v1/catalog/feeds/{name}{query}");
    client.call(&Request { method: "PUT", path: &path, headers: &[], body: Some(body) })
}

/// The feed when it is done with, or held.
fn done(shop: &Shop, name: &str) -> Value {
    for _ in 0..600 {
        let feed = shop.secret.get(&format!("/v1/catalog/feeds/{name}")).expect(200).json();
        if !["waiting", "comparing", "applying"].contains(&feed["state"].as_str().unwrap()) {
            return feed;
        }
        std::thread::park_timeout(Duration::from_millis(50));
    }
    panic!("the feed is still at work");
}

fn feed(shop: &Shop, name: &str, query: &str, body: &[u8]) -> Value {
    _ = send_feed(&shop.secret, name, query, body).expect(200);
    done(shop, name)
}

fn counts(of: &Value) -> [u64; 5] {
    ["added", "changed", "unchanged", "removed", "bad"].map(|count| of[count].as_u64().unwrap())
}

/// One line of our own shape for each number.
fn lines(numbers: impl Iterator<Item = u32>, price: u32) -> Vec<u8> {
    let line =
        |number| json!({"id": format!("p{number}"), "title": format!("Pole {number}"), "price": price}).to_string();
    numbers.map(|number| line(number) + "\n").collect::<String>().into_bytes()
}

fn items(shop: &Shop) -> u64 {
    shop.secret.get("/v1/catalog").expect(200).json()["items"].as_u64().unwrap()
}

#[test]
fn an_item_is_read_as_it_was_told_at_once_and_after_a_kill() {
    let mut shop = Shop::open();
    let told = tell(&shop, &[boot(), json!({"id": "pole", "title": "Pole", "price": 30})]);
    assert_eq!(counts(&told), [2, 0, 0, 0, 0], "{told}");
    let stores = json!({"stores": [{"id": "paris", "name": "Paris", "latitude": 48.85, "longitude": 2.35}]});
    assert_eq!(shop.secret.put("/v1/catalog/stores", &stores).expect(200).json(), stores);
    let read = item(&shop, "boot-42");
    assert_eq!(read["item"], boot());
    assert_eq!((&read["price_cents"], &read["in_stock"]), (&json!(12990), &json!(true)), "{read}");
    assert_eq!(counts(&tell(&shop, &[read["item"].clone()])), [0, 0, 1, 0, 0], "what is read can be told again");

    shop.server.kill9();
    shop.start_again_at(at(START));
    assert_eq!(item(&shop, "boot-42"), read);
    let summary = shop.secret.get("/v1/catalog").expect(200).json();
    let categories = json!([{"path": ["Shoes"], "items": 1}, {"path": ["Shoes", "Boots"], "items": 1}]);
    assert_eq!(summary, json!({"items": 2, "categories": categories, "stores": stores["stores"]}));

    shop.advance("1m");
    let patches = [
        json!({"id": "boot-42", "change": "patch", "price": 89, "stock": 0}),
        json!({"inventory_id": "i-1", "change": "patch", "stock": 0}),
        json!({"id": "pole", "change": "remove"}),
    ];
    assert_eq!(counts(&tell(&shop, &patches)), [0, 2, 0, 1, 0]);
    let changed = item(&shop, "boot-42");
    assert_eq!((&changed["price_cents"], &changed["in_stock"]), (&json!(8900), &json!(false)), "{changed}");
    // What is older than what is known changes nothing, in whatever order it comes.
    let late = json!({"id": "boot-42", "change": "patch", "price": 10, "as_of": "2026-03-01T00:00:00Z"});
    assert_eq!(counts(&tell(&shop, &[late])), [0, 0, 1, 0, 0]);
    shop.server.kill9();
    shop.start_again_at(at("2026-03-02 10:01"));
    assert_eq!(item(&shop, "boot-42"), changed);
    assert_eq!(shop.secret.get("/v1/catalog/items/pole").expect(404).json()["code"], "NOT_FOUND");
}

#[test]
fn items_are_listed_page_by_page() {
    let shop = Shop::open();
    let all: Vec<Value> = (0..25).map(|n| json!({"id": format!("p{n}"), "title": "Pole", "price": 30})).collect();
    tell(&shop, &all);
    tell(&shop, &[json!({"id": "p7", "change": "remove"})]);
    let (mut seen, mut from) = (Vec::new(), String::new());
    loop {
        let page = shop.secret.get(&format!("/v1/catalog/items?limit=10{from}")).expect(200).json();
        seen.extend(page["items"].as_array().unwrap().iter().map(|item| item["item"]["id"].clone()));
        let Some(next) = page["next"].as_str() else { break };
        from = format!("&from={next}");
    }
    let expected: Vec<Value> = (0..25).filter(|n| *n != 7).map(|n| json!(format!("p{n}"))).collect();
    assert_eq!(seen, expected);
    assert_eq!(shop.web.get("/v1/catalog/items").expect(403).json()["code"], "KEY_KIND");
}

#[test]
fn what_is_no_item_is_told_with_its_field_and_the_others_count() {
    let shop = Shop::open();
    let long = "x".repeat(60_000);
    let bad = [
        (json!({"title": "Pole", "price": 3}), "ITEM_WITHOUT_ID", "id"),
        (json!({"id": "a", "price": 3}), "ITEM_WITHOUT_TITLE", ""),
        (json!({"id": "b", "title": "Pole"}), "ITEM_WITHOUT_PRICE", ""),
        (json!({"id": "c", "title": "Pole", "price": -3}), "BAD_PRICE", "price"),
        (json!({"id": "d", "title": "Pole", "price": "24,90 \u{20ac}", "stock": -2}), "BAD_STOCK", "stock"),
        (json!({"id": "e", "title": "Pole", "price": 3, "description": long}), "TEXT_TOO_LONG", "description.en"),
        (json!({"id": "f", "title": "Pole", "price": 3, "categories": [vec!["A"; 11]]}), "TOO_MANY", "categories"),
        (json!({"id": "g", "change": "patch", "price": 3}), "NO_SUCH_ITEM", "id"),
        (json!({"id": "h", "titel": "Pole", "price": 3}), "BAD_JSON", "titel"),
        (json!("boot"), "BAD_JSON", ""),
    ];
    let mut all: Vec<Value> = bad.iter().map(|(item, _, _)| item.clone()).collect();
    all.push(json!({"id": "ok", "title": "<b>Pole</b><script>x()</script>", "price": "24,90 \u{20ac}"}));
    let answer = tell(&shop, &all);
    assert_eq!(counts(&answer), [1, 0, 0, 0, 10], "{answer}");
    let refused = answer["refused"].as_array().unwrap();
    for (place, ((_, code, field), refused)) in bad.iter().zip(refused).enumerate() {
        assert_eq!((&refused["record"], &refused["code"]), (&json!(place), &json!(code)), "{refused}");
        let told = refused["field"].as_str().unwrap_or_default();
        assert!(field.is_empty() || told.contains(field), "{refused}");
        assert!(refused["message"].as_str().unwrap().ends_with(['.', '…']), "{refused}");
    }
    let read = item(&shop, "ok");
    assert_eq!((&read["item"]["title"]["en"], &read["price_cents"]), (&json!("Pole"), &json!(2490)), "{read}");

    let told = |body: Value| {
        let error = shop.secret.post("/v1/catalog/items", &body).json();
        (error["code"].clone(), error["error"]["pointer"].clone())
    };
    assert_eq!(told(json!({})), (json!("MISSING_FIELD"), json!("/items")));
    assert_eq!(told(json!({"items": [], "currency": "euro"})), (json!("UNKNOWN_WORD"), json!("/currency")));
    assert_eq!(told(json!({"items": vec![1; 1_001]})), (json!("TOO_MANY"), json!("/items")));
    let place = json!({"stores": [{"id": "p", "name": "P", "latitude": 91.0, "longitude": 0.0}]});
    assert_eq!(shop.secret.put("/v1/catalog/stores", &place).expect(422).json()["code"], "OUT_OF_RANGE");
}

#[test]
fn a_full_feed_removes_what_it_does_not_name_and_is_held_when_it_shrank() {
    let shop = Shop::open();
    let full = "?full=true&currency=EUR";
    let first = feed(&shop, "all", full, &lines(0..100, 30));
    assert_eq!((&first["state"], counts(&first)), (&json!("applied"), [100, 0, 0, 0, 0]), "{first}");
    shop.advance("1h");
    let mut next = lines(10..105, 30);
    next.extend(b"{\"id\": \"p20\", \"title\": \"Again\", \"price\": 1}\n{\"id\": \"broken\"}\n");
    let next = feed(&shop, "all", full, &next);
    assert_eq!((&next["state"], counts(&next)), (&json!("applied"), [5, 0, 90, 10, 2]), "{next}");
    let bad = shop.secret.get("/v1/catalog/feeds/all/quarantine").expect(200).json();
    let told: Vec<_> = bad["refused"].as_array().unwrap().iter().map(|bad| (&bad["record"], &bad["code"])).collect();
    assert_eq!(told, [(&json!(96), &json!("TWICE")), (&json!(97), &json!("ITEM_WITHOUT_TITLE"))]);

    shop.advance("1h");
    let shrunk = feed(&shop, "all", full, &lines(10..80, 20));
    assert_eq!((&shrunk["state"], &shrunk["code"]), (&json!("held"), &json!("FEED_SHRANK")), "{shrunk}");
    assert_eq!((counts(&shrunk), items(&shop)), ([0, 70, 0, 25, 0], 95), "nothing is changed");
    assert_eq!(shop.secret.get("/v1/catalog/items/p20").json()["price_cents"], 3000);
    _ = shop.secret.post("/v1/catalog/feeds/all/approve", &json!({})).expect(200);
    let approved = done(&shop, "all");
    assert_eq!((&approved["state"], counts(&approved)), (&json!("applied"), [0, 70, 0, 25, 0]), "{approved}");
    assert_eq!((items(&shop), &item(&shop, "p20")["price_cents"]), (70, &json!(2000)));
    let again = shop.secret.post("/v1/catalog/feeds/all/approve", &json!({})).expect(409).json();
    assert_eq!(again["code"], "FEED_NOT_HELD");

    shop.advance("1h");
    let mut cut = lines(0..100, 10);
    cut.truncate(cut.len() - 9);
    let cut = feed(&shop, "all", full, &cut);
    assert_eq!((&cut["state"], &cut["code"], items(&shop)), (&json!("refused"), &json!("FILE_CUT"), 70), "{cut}");
    _ = shop.secret.delete("/v1/catalog/feeds/all").expect(200);
    assert_eq!(shop.secret.get("/v1/catalog/feeds").expect(200).json(), json!({"feeds": []}));
}

#[test]
fn a_feed_in_the_words_of_the_trade_changes_what_it_names() {
    let shop = Shop::open();
    tell(&shop, &[json!({"id": "rope", "title": "Rope", "price": 50})]);
    let google = r#"<?xml version="1.0"?><rss xmlns:g="http://base.google.com/ns/1.0" version="2.0"><channel>
        <item><g:id>boot</g:id><title>Boot</title><g:price>129.90 EUR</g:price><g:availability>in stock</g:availability></item>
        <item><g:id>pole</g:id><title>Pole</title><g:price>cheap</g:price></item></channel></rss>"#;
    let told = feed(&shop, "google", "", google.as_bytes());
    assert_eq!((&told["state"], &told["format"]), (&json!("applied"), &json!("google_xml")), "{told}");
    assert_eq!((counts(&told), items(&shop)), ([1, 0, 0, 0, 1], 2), "what it does not name stays");
    let bomb = r#"<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><rss><channel><item>&b;</item></channel></rss>"#;
    let bomb = feed(&shop, "bomb", "?format=google_xml", bomb.as_bytes());
    assert_eq!((&bomb["state"], &bomb["code"]), (&json!("refused"), &json!("BAD_XML")), "{bomb}");
    let nothing = feed(&shop, "nothing", "", b"");
    assert_eq!(nothing["state"], "refused", "{nothing}");
    let told = |name: &str, query: &str| {
        let error = send_feed(&shop.secret, name, query, b"{}").json();
        (error["code"].clone(), error["error"]["pointer"].clone())
    };
    assert_eq!(told("a", "?format=excel"), (json!("UNKNOWN_WORD"), json!("/format")));
    assert_eq!(told("a", "?decimal=dot"), (json!("UNKNOWN_WORD"), json!("/decimal")));
    assert_eq!(told("a", "?told_at=soon"), (json!("BAD_MOMENT"), json!("/told_at")));
    assert_eq!(told("a", "?told_at=2027-01-01"), (json!("BAD_MOMENT"), json!("/told_at")));
    assert_eq!(told("A", "").0, json!("BAD_NAME"));
    assert_eq!(told("webhook-shopify", "").0, json!("BAD_NAME"));
    assert_eq!(shop.secret.get("/v1/catalog/feeds/none").expect(404).json()["code"], "NOT_FOUND");
    let left = fs::read_dir(shop.folder().join("feeds")).unwrap().map(|file| file.unwrap().file_name());
    assert!(left.into_iter().all(|name| !name.to_string_lossy().ends_with(".part")), "nothing half is left");
}

#[test]
fn a_feed_at_work_when_the_program_is_killed_is_read_to_its_end_afterwards() {
    let mut shop = Shop::open();
    let whole = lines(0..40_000, 30);
    _ = send_feed(&shop.secret, "all", "?full=true&currency=EUR", &whole).expect(200);
    // Somewhere in the middle, wherever that is on this machine.
    while items(&shop) == 0 {
        std::thread::park_timeout(Duration::from_millis(5));
    }
    shop.server.kill9();
    shop.start_again_at(at(START));
    let feed = done(&shop, "all");
    let [added, changed, unchanged, removed, bad] = counts(&feed);
    assert_eq!((&feed["state"], added + unchanged, changed, removed, bad), (&json!("applied"), 40_000, 0, 0, 0));
    assert_eq!(items(&shop), 40_000);
}

#[test]
fn a_webhook_counts_if_it_is_signed() {
    let beside = tempfile::TempDir::new().unwrap();
    let secret = beside.path().join("secret");
    fs::write(&secret, "whsec\n").unwrap();
    let env = vec![("PREVENANCE__WEBHOOKS__SHOPIFY_SECRET".to_owned(), secret.display().to_string())];
    let shop = Shop::open_with(Options { env, seed: Some(1), ..Options::default() });
    let send = |sender: &str, body: &str, signature: &str| {
        let path = format!("/v1/webhooks/{sender}");
        let headers = [("x-shopify-topic", "products/update"), ("x-shopify-hmac-sha256", signature)];
        let body = Some(body.as_bytes());
        shop.server.nobody().call(&Request { method: "POST", path: &path, headers: &headers, body })
    };
    let sign = |body: &str| {
        let mut mac = Hmac::<Sha256>::new_from_slice(b"whsec").unwrap();
        mac.update(body.as_bytes());
        STANDARD.encode(mac.finalize().into_bytes())
    };
    let body = json!({
        "id": 42, "title": "Boot", "status": "active", "updated_at": "2026-03-02T09:00:00Z",
        "variants": [{"id": 1, "price": "129.90", "inventory_quantity": 3, "inventory_item_id": 7}]
    });
    let body = body.to_string();
    let told = send("shopify", &body, &sign(&body)).expect(200).json();
    assert_eq!(counts(&told), [1, 0, 0, 0, 0], "{told}");
    assert_eq!(counts(&send("shopify", &body, &sign(&body)).expect(200).json()), [0, 0, 1, 0, 0], "twice is once");
    assert_eq!(item(&shop, "42")["price_cents"], 12990);
    for signature in [sign(&format!("{body} ")), "no".to_owned(), String::new()] {
        assert_eq!(send("shopify", &body, &signature).expect(401).json()["code"], "BAD_SIGNATURE");
    }
    assert_eq!(send("woocommerce", &body, "x").expect(404).json()["code"], "WEBHOOK_OFF");
    assert_eq!(send("amazon", &body, "x").expect(404).json()["code"], "NOT_FOUND");
    let untitled = json!({"id": 43, "status": "active", "variants": []}).to_string();
    assert_eq!(counts(&send("shopify", &untitled, &sign(&untitled)).expect(200).json()), [0, 0, 0, 0, 1]);
    let kept = shop.secret.get("/v1/catalog/feeds/webhook-shopify/quarantine").expect(200).json();
    assert_eq!(kept["refused"].as_array().unwrap().len(), 1, "{kept}");
    // Killed in the middle of a line: what is whole is told all the same.
    let file = shop.folder().join("feeds/webhook-shopify.bad.jsonl");
    fs::OpenOptions::new().append(true).open(file).unwrap().write_all(b"{\"record\": 1, \"co").unwrap();
    assert_eq!(shop.secret.get("/v1/catalog/feeds/webhook-shopify/quarantine").expect(200).json(), kept);
}

#[test]
fn the_command_sends_a_feed_and_says_what_became_of_it() {
    let shop = Shop::open();
    let file = shop.path("Winter feed.jsonl.gz");
    let mut gzip = flate2::write::GzEncoder::new(fs::File::create(&file).unwrap(), flate2::Compression::fast());
    gzip.write_all(&lines(0..50, 30)).unwrap();
    gzip.write_all(b"{\"id\": \"x\"}\n").unwrap();
    gzip.finish().unwrap();
    let run = |file: &std::path::Path, rest: &[&str]| {
        let mut command = Command::new(PROGRAM);
        command.arg("feed").arg(file).args(["--to", shop.server.url()]).args(rest).env("PREVENANCE_KEY", SECRET_KEY);
        let output = command.output().unwrap();
        let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (output.status.success(), said(&output.stdout), said(&output.stderr))
    };
    let (went_well, said, complained) = run(&file, &["--full", "--currency", "EUR"]);
    assert!(went_well, "{complained}");
    let expected = "winter-feed, json_lines: 50 added, 0 changed, 0 unchanged, 0 removed; 1 bad";
    assert!(said.starts_with(expected) && said.contains("record 51: ITEM_WITHOUT_TITLE"), "{said}");
    let small = shop.path("small.jsonl");
    fs::write(&small, lines(0..10, 30)).unwrap();
    let held = ["--full", "--currency", "EUR", "--name", "winter-feed"];
    let (went_well, said, complained) = run(&small, &held);
    assert!(!went_well && said.contains("would be 0 added") && complained.contains("--approve"), "{said}{complained}");
    let (went_well, said, _) = run(&small, &[&held[..], &["--approve"]].concat());
    assert!(went_well && said.contains("40 removed"), "{said}");
    let (went_well, _, complained) = run(&shop.path("none"), &[]);
    assert!(!went_well && complained.contains("No such file"), "{complained}");
    let nobody = Command::new(PROGRAM).arg("feed").arg(&small).args(["--to", "http://127.0.0.1:9"]).output().unwrap();
    assert!(String::from_utf8_lossy(&nobody.stderr).contains("nobody answers"), "and it does not wait for ever");
    let (went_well, _, complained) = run(&small, &["--key", "sk_wrong"]);
    assert!(!went_well && complained.contains("UNKNOWN_KEY"), "{complained}");
}

//! Section C of the requirements: one profile with all of its history.

use serde_json::{Value, json};
use testkit::{client::path_segment, moment};

use crate::shop::{START, Shop, at, before, identify, send, track};

/// Events of one person: what a page of history must stay fast with.
const EVENTS: usize = 10_000;
/// Events of one batch.
const BATCH: usize = 2_500;

/// proves PRO-01: given all sources, a profile opens as one timeline, web to till. The 200 ms of its 95th percentile
/// are printed here and measured on a release build by the benchmark.
#[test]
fn pro_01_one_timeline_from_web_to_till_of_ten_thousand_events() {
    let shop = Shop::open();
    let (app, till) = (shop.key_for("public", "app"), shop.key_for("secret", "till"));
    shop.grant("user_id:ana", &["site"]);
    let clients = [("web", &shop.web), ("app", &app), ("server", &shop.secret), ("till", &till)];
    for (number, (source, client)) in clients.into_iter().enumerate() {
        // The sources take turns: minute 0 is the web's, minute 1 the app's, and so on. Each sends newest first.
        let events: Vec<Value> = (0..BATCH).map(|place| event(source, number + 4 * place)).collect();
        send(client, &events);
    }

    let (mut seen, mut from, mut took) = (Vec::new(), String::new(), Vec::new());
    loop {
        let (page, ms) = timed(|| shop.read("user_id:ana", &format!("/timeline?limit=500{from}")).expect(200).json());
        took.push(ms);
        seen.extend(page["events"].as_array().unwrap().iter().cloned());
        match page["next"].as_str() {
            Some(next) => from = format!("&from={}", path_segment(next)),
            None => break,
        }
    }
    took.sort_unstable();
    println!("pages of 500: p95 {} ms over {} pages (debug build)", took[took.len() * 95 / 100], took.len());

    assert_eq!(seen.len(), EVENTS + 1, "each event once, and the consent");
    assert!(seen.windows(2).all(|pair| moment_of(&pair[0]) >= moment_of(&pair[1])), "newest first");
    // The consent was given now, so it is the newest.
    assert_eq!(seen.remove(0)["event"], "Consent Updated");
    for (minute, event) in seen.iter().enumerate() {
        let source = clients[minute % 4].0;
        assert_eq!(event["message_id"], format!("{source}-{minute}"), "newest first");
        assert_eq!(event["source"], source);
    }
    assert_eq!(shop.profile("user_id:ana")["events"], EVENTS + 1);
    let bad = shop.read("user_id:ana", "/timeline?from=7.7.00000000").expect(400).json();
    assert_eq!(bad["code"], "BAD_CURSOR");
}

fn event(source: &str, minute: usize) -> Value {
    let mut event = track(
        "Product Viewed",
        &format!("{source}-{minute}"),
        &json!({"userId": "ana"}),
        &json!({"product_id": minute}),
    );
    event["timestamp"] = json!(before(START, &format!("{}m", minute + 1)));
    event
}

fn moment_of(event: &Value) -> &str {
    event["timestamp"].as_str().unwrap()
}

#[expect(clippy::disallowed_methods, reason = "the figure is for the reader; nothing depends on it")]
fn timed<T>(ask: impl FnOnce() -> T) -> (T, u128) {
    let start = std::time::Instant::now();
    let answer = ask();
    (answer, start.elapsed().as_millis())
}

/// proves PRO-02: given a customer with 300 orders over 6 years, all orders in retention count; there is no silent cap
/// of the last so many.
#[test]
fn pro_02_three_hundred_orders_over_six_years_all_count() {
    let shop = Shop::open();
    shop.define("setting", "retention_days", &json!({"value": 2300}));
    // One published before the orders arrive, the others after: live and from history must agree.
    shop.segment("live-all", r#"events("Order Completed").count() == 300"#);
    let till = shop.key_for("secret", "till");
    // One order every 7 days and 7 hours: the oldest is 299 × 175 h = 2180 days old, just under six years.
    let orders: Vec<Value> = (0..300)
        .map(|number| {
            let mut order = track(
                "Order Completed",
                &format!("order-{number}"),
                &json!({"userId": "ana"}),
                &json!({
                    "total": 10 + number % 7, "order_id": format!("o{number}"),
                }),
            );
            order["timestamp"] = json!(before(START, &format!("{}h", number * 175)));
            order
        })
        .collect();
    send(&till, &orders);
    shop.grant("user_id:ana", &["site"]);

    let total: usize = (0..300).map(|number| 10 + number % 7).sum();
    shop.segment("all", r#"events("Order Completed").count() == 300"#);
    shop.segment("spent", &format!(r#"events("Order Completed").sum(total) == {total}"#));
    shop.segment("distinct", r#"events("Order Completed").distinct(order_id) == 300"#);
    let oldest = moment::rfc3339(at(START).minus(moment::parse_span(&format!("{}h", 299 * 175)).unwrap()));
    shop.segment("since", &format!(r#"events("Order Completed").first() == moment("{oldest}")"#));
    // 52 orders a year and a bit: the window counts what is in it, to the order.
    let in_year = (0..300).filter(|number| number * 175 < 365 * 24).count();
    shop.segment("year", &format!(r#"events("Order Completed").within("365d").count() == {in_year}"#));
    let segments = shop.segments_of("user_id:ana");
    for name in ["live-all", "all", "spent", "distinct", "since", "year"] {
        assert!(segments.contains(name), "{name} in {segments:?}");
    }
    assert_eq!(shop.count("user_id:ana", "Order Completed"), 300);
    assert_eq!(shop.export("user_id:ana")["events"].as_array().unwrap().len(), 301);

    // One order more, and every count follows.
    send(&till, &[track("Order Completed", "order-300", &json!({"userId": "ana"}), &json!({"total": 1}))]);
    assert!(!shop.is_in("user_id:ana", "all") && !shop.is_in("user_id:ana", "live-all"));
}

/// proves PRO-11: given trade fields (foot width, terrain) that are added as data, they are usable in segments with no
/// code.
#[test]
fn pro_11_trade_fields_are_usable_in_segments_with_no_code() {
    let shop = Shop::open();
    let unknown = json!({"condition": "profile.foot_width == \"wide\""});
    let refused = shop.secret.put("/v1/definitions/segment/wide", &unknown).expect(422).json();
    assert_eq!(refused["code"], "CONDITION_UNKNOWN_TRAIT");

    shop.define("trait", "foot_width", &json!({"holds": "one_of", "values": ["narrow", "regular", "wide"]}));
    shop.define("trait", "terrain", &json!({"holds": "texts"}));
    shop.segment("wide", r#"profile.foot_width == "wide""#);
    shop.segment("coast", r#""coast" in profile.terrain"#);
    for (who, width, terrain) in [
        ("ana", "wide", json!(["coast", "forest"])),
        ("ben", "narrow", json!(["coast"])),
        ("cleo", "wide", json!(["mountain"])),
    ] {
        shop.grant(&format!("user_id:{who}"), &["site"]);
        let traits = json!({"foot_width": width, "terrain": terrain});
        shop.page_sends(&[identify(&format!("fit-{who}"), &json!({"userId": who}), &traits)]);
    }
    shop.segment("wide-on-the-coast", r#"segment("wide") && profile.terrain.exists(t, t == "coast")"#);
    let ids = |names: &[&str]| names.iter().map(|name| shop.id(&format!("user_id:{name}"))).collect();
    assert_eq!(shop.members("wide"), ids(&["ana", "cleo"]));
    assert_eq!(shop.members("coast"), ids(&["ana", "ben"]));
    assert_eq!(shop.members("wide-on-the-coast"), ids(&["ana"]));

    // What breaks the field's type is refused with the reason, and can be corrected and replayed.
    let wrong = identify("wrong", &json!({"userId": "ben"}), &json!({"foot_width": "huge"}));
    let answer = shop.web.post("/v1/batch", &json!({"batch": [wrong.clone()]})).expect(200).json();
    let rejected = &answer["rejected"][0];
    assert_eq!((&rejected["code"], &rejected["pointer"]), (&json!("TRAIT_TYPE"), &json!("/traits/foot_width")));
    let listed = shop.rejected();
    let [kept] = &listed[..] else { panic!("{listed:?}") };
    let id = kept["id"].as_str().unwrap();
    let mut right = wrong;
    right["traits"]["foot_width"] = json!("wide");
    _ = shop.secret.put(&format!("/v1/rejected/{id}"), &json!({"event": right})).expect(200);
    let replayed = shop.secret.post(&format!("/v1/rejected/{id}/replay"), &json!({})).expect(200).json();
    assert_eq!(replayed["accepted"], true);
    assert_eq!(shop.members("wide-on-the-coast"), ids(&["ana", "ben"]));
    assert_eq!(shop.rejected(), Vec::<Value>::new());
}

/// Orders of one customer from web and till, and what follows from them by hand:
///
/// | # | when | where | kinds | total |
/// |---|---|---|---|---|
/// | 1 | 2025-03-10 09:00 | till, Brest | boots | 129.90 |
/// | 2 | 2025-09-01 18:30 | web | socks, socks | 24.10 |
/// | 3 | 2025-12-20 12:00 | till, Quimper | tent | 310.05 |
/// | 4 | 2026-01-15 08:00 | web | boots | 0.01 |
/// | 5 | 2026-02-20 10:00 | till, Brest | socks | 12.94 |
///
/// Frequency 5, value 477.00, average 95.40, in the last 180 days 3 orders (4 until 2026-02-28 18:30) of 323.00, last
/// order 2026-02-20 10:00: 10 days ago.
const ORDERS: &[(&str, &str, &str, &[&str], f64)] = &[
    ("2025-03-10T09:00:00Z", "till", "Brest", &["boots"], 129.90),
    ("2025-09-01T18:30:00Z", "web", "", &["socks", "socks"], 24.10),
    ("2025-12-20T12:00:00Z", "till", "Quimper", &["tent"], 310.05),
    ("2026-01-15T08:00:00Z", "web", "", &["boots"], 0.01),
    ("2026-02-20T10:00:00Z", "till", "Brest", &["socks"], 12.94),
];

/// Conditions on [`ORDERS`] as of [`START`], each with its answer; most lie right at a boundary.
const RECENCY_FREQUENCY_VALUE: &[(&str, bool)] = &[
    (r#"events("Order Completed").count() == 5"#, true),
    (r#"events("Order Completed").count() >= 6"#, false),
    (r#"events("Order Completed").days() == 5"#, true),
    (r#"events("Order Completed").sum(total) == 477"#, true),
    (r#"events("Order Completed").sum(total) > 477"#, false),
    (r#"events("Order Completed").sum(total) >= 477.000001"#, false),
    (r#"events("Order Completed").average(total) == 95.4"#, true),
    (r#"events("Order Completed").min(total) == 0.01"#, true),
    (r#"events("Order Completed").max(total) == 310.05"#, true),
    (r#"events("Order Completed").last() == moment("2026-02-20T10:00:00Z")"#, true),
    (r#"events("Order Completed").first() == moment("2025-03-10T09:00:00Z")"#, true),
    (r#"since(events("Order Completed").last()) == "10d""#, true),
    (r#"since(events("Order Completed").last()) < "10d""#, false),
    (r#"events("Order Completed").within("180d").count() == 3"#, true),
    (r#"events("Order Completed").within("182d").count() == 4"#, true),
    (r#"events("Order Completed").within("180d").sum(total) == 323"#, true),
    (r#"events("Order Completed").within("10d").count() == 0"#, true),
    (r#"events("Order Completed").within("11d").count() == 1"#, true),
    (r#"events("Order Completed").where(store == "Brest").count() == 2"#, true),
    (r#"events("Order Completed").where(has(store)).distinct(store) == 2"#, true),
    (r#"events("Order Completed").distinct(products.category) == 3"#, true),
    (r#"events("Order Completed").where(products.exists(p, p.category == "socks")).count() == 2"#, true),
    (r#"events("Order Completed").where(products.exists(p, p.category == "boots")).sum(total) == 129.91"#, true),
    (r#"events("Order Completed").last(total) == 12.94"#, true),
];

/// proves PRO-12: given orders from web and till, place, number, type, spend and frequency equal a hand-checked
/// fixture.
#[test]
fn pro_12_recency_frequency_and_value_equal_a_hand_checked_fixture() {
    let shop = Shop::open();
    let till = shop.key_for("secret", "till");
    // Half of the segments are published before the orders come, half are filled from history.
    let name = |number: usize| format!("rfm-{number}");
    let publish = |numbers: std::ops::Range<usize>| {
        numbers.for_each(|number| shop.segment(&name(number), RECENCY_FREQUENCY_VALUE[number].0));
    };
    let half = RECENCY_FREQUENCY_VALUE.len() / 2;
    publish(0..half);
    shop.grant("user_id:ana", &["site"]);
    // They arrive out of order, as a till's do that was offline.
    for number in [4, 1, 0, 3, 2] {
        let (when, source, store, kinds, total) = ORDERS[number];
        let products: Vec<Value> = kinds.iter().map(|kind| json!({"category": kind})).collect();
        let mut properties = json!({"total": total, "currency": "EUR", "products": products});
        if !store.is_empty() {
            properties["store"] = json!(store);
        }
        let mut order = track("Order Completed", &format!("order-{number}"), &json!({"userId": "ana"}), &properties);
        order["timestamp"] = json!(when);
        send(if source == "till" { &till } else { &shop.web }, &[order]);
    }
    publish(half..RECENCY_FREQUENCY_VALUE.len());
    let segments = shop.segments_of("user_id:ana");
    for (number, (condition, expected)) in RECENCY_FREQUENCY_VALUE.iter().enumerate() {
        assert_eq!(segments.contains(&name(number)), *expected, "{condition}");
    }
}

//! Interests: what the shop may conclude from what people do, and what not.

use serde_json::{Value, json};

use crate::{
    deciding::{content, experience, one, open, publish, showing, shown},
    shop::{Shop, granting, track, with},
};

/// The kids' topic, and the words that must not be said for one purchase.
const KIDS: &str = "category:kids-shoes";

/// A shop that says "You love kids' shoes" to whom it takes for interested in them, however little.
fn shop() -> Shop {
    let shop = open();
    let loved = content(&json!({"en": {"title": "You love kids' shoes"}, "fr": {"title": "Vous aimez"}}));
    publish(
        &shop,
        &json!({
            "content": {"kids": loved},
            "segment": {"parents": {"condition": format!("interest(\"{KIDS}\") > 0.05")}},
        }),
    );
    experience(&shop, "kids", &showing("kids", &format!("interest(\"{KIDS}\") > 0.05"), &json!({})));
    shop
}

fn account(user: &str) -> Value {
    json!({"userId": user, "context": granting(&["site"])})
}

/// One pair of children's boots; `marks` stand in the line.
fn buys(user: &str, message_id: &str, marks: &Value) -> Value {
    let line = with(&json!({"product_id": "b1", "category": "kids-shoes", "price": 60}), marks);
    track("Order Completed", message_id, &account(user), &json!({"order_id": message_id, "products": [line]}))
}

fn views(who: &Value, message_id: &str, properties: &Value) -> Value {
    track("Product Viewed", message_id, who, properties)
}

fn kids() -> Value {
    json!({"product_id": "b1", "category": "kids-shoes"})
}

fn interests(shop: &Shop, who: &str) -> Vec<Value> {
    shop.profile(who)["interests"].as_array().unwrap().clone()
}

/// The interest in a topic; null if there is none.
fn interest(shop: &Shop, who: &str, topic: &str) -> Value {
    interests(shop, who).into_iter().find(|interest| interest["topic"] == topic).unwrap_or_default()
}

fn title(shop: &Shop, user: &str) -> String {
    let decision = one(&shop.secret, &json!({"user_id": user}));
    shown(&decision)[0].to_owned()
}

/// proves PRO-09: given one purchase of children's boots, a gift or not, when the customer comes again, then nobody says
/// "You love kids' shoes": a gift makes no interest, and one purchase a tentative one that no condition sees, until
/// there is something on a second day or the customer says so (D3).
#[test]
fn pro_09_one_purchase_makes_no_love_for_a_thing() {
    let shop = shop();
    let whole_gift = track(
        "Order Completed",
        "o3",
        &account("cleo"),
        &json!({"order_id": "o3", "is_gift": "true", "products": [{"product_id": "b1", "category": "kids-shoes"}]}),
    );
    shop.server_sends(&[
        buys("ana", "o1", &json!({})),
        buys("ben", "o2", &json!({"gift": true})),
        whole_gift,
        buys("dora", "o4", &json!({})),
    ]);
    for span in ["1m", "1d", "7d"] {
        shop.advance(span);
        for user in ["ana", "ben", "cleo", "dora"] {
            assert_eq!(title(&shop, user), "welcome", "{user}, {span} later");
            assert!(!shop.is_in(&format!("user_id:{user}"), "parents"));
        }
    }
    assert!(interests(&shop, "user_id:ben").is_empty() && interests(&shop, "user_id:cleo").is_empty());
    let tentative = interest(&shop, "user_id:ana", KIDS);
    assert_eq!(tentative["standing"], "tentative", "{tentative}");
    assert_eq!(tentative["days"], json!([{"day": "2026-03-02", "times": {"purchase": 1}}]));
    assert!(tentative["strength"].as_f64().unwrap() > 0.05, "it is what it rests on that keeps it back");

    // A second day for one, a word for another. Both act at once.
    shop.page_sends(&[views(&account("ana"), "v1", &kids())]);
    shop.page_sends(&[track("Interest Declared", "d1", &account("dora"), &json!({"topic": KIDS}))]);
    for user in ["ana", "dora"] {
        assert_eq!(title(&shop, user), "kids", "{user}");
        assert!(shop.is_in(&format!("user_id:{user}"), "parents"));
        assert_eq!(interest(&shop, &format!("user_id:{user}"), KIDS)["standing"], "lasting");
    }
    // And so does "not interested".
    shop.page_sends(&[track("Interest Refused", "r1", &account("ana"), &json!({"topic": KIDS}))]);
    assert_eq!(title(&shop, "ana"), "welcome");
    assert!(!shop.is_in("user_id:ana", "parents"));
    let refused = interest(&shop, "user_id:ana", KIDS);
    assert_eq!((&refused["standing"], &refused["said"]["what"]), (&json!("refused"), &json!("refused")));
    assert!(refused["strength"].as_f64().unwrap() < 0.0);
}

/// proves SEG-10: given two members of one segment who did different things, when both ask for the same page, then each
/// is shown what their own evidence speaks for; a third member, of whom nothing else is known, sees what all see.
#[test]
fn seg_10_members_of_one_segment_are_not_alike() {
    let shop = open();
    shop.segment("buyers", "events(\"Order Completed\").count() > 0");
    for thing in ["boots", "tents"] {
        let audience = format!("segment(\"buyers\") && interest(\"category:{thing}\") > 0.05");
        experience(&shop, thing, &showing(thing, &audience, &json!({})));
    }
    for user in ["ana", "ben", "cleo"] {
        let order = json!({"order_id": user, "products": [{"product_id": "m1", "category": "maps"}]});
        shop.server_sends(&[track("Order Completed", &format!("o-{user}"), &account(user), &order)]);
    }
    for day in 0..2 {
        for (user, thing) in [("ana", "boots"), ("ben", "tents")] {
            let product = json!({"product_id": format!("{thing}{day}"), "category": thing});
            shop.page_sends(&[views(&account(user), &format!("{user}{day}"), &product)]);
        }
        shop.advance("1d");
    }
    assert_eq!(shop.size("buyers"), 3);
    let seen = ["ana", "ben", "cleo"].map(|user| title(&shop, user));
    assert_eq!(seen, ["boots", "tents", "welcome"]);
}

/// D1: an interest fades by the published formula, and who leaves a segment by it leaves in that very moment.
#[test]
fn an_interest_fades_by_its_published_formula() {
    let shop = shop();
    shop.server_sends(&[buys("ana", "o1", &json!({}))]);
    shop.advance("1d");
    shop.page_sends(&[views(&account("ana"), "v1", &kids())]);
    let strength = || interest(&shop, "user_id:ana", KIDS)["strength"].as_f64().unwrap();
    // The clock began at ten in the morning of the first day.
    let formula = |hours: f64| {
        let left = |age: f64| 2f64.powf(-age / 24.0 / 21.0);
        let s = 8.0 * left(hours) + left(hours - 24.0);
        s / (s + 10.0)
    };
    shop.segment("keen", &format!("interest(\"{KIDS}\") > 0.25"));
    for (span, hours) in [("0s", 34.0), ("21d", 538.0)] {
        shop.advance(span);
        assert!((strength() - formula(hours)).abs() < 1e-9, "{} is not {}", strength(), formula(hours));
    }
    // s = 10/3 is reached between the 30th and the 31st day.
    shop.advance("7d");
    assert_eq!((title(&shop, "ana").as_str(), shop.size("keen")), ("kids", 1));
    shop.advance("1d");
    assert_eq!(shop.size("keen"), 0);
}

/// A tablet on which two members of a family have an account: what it did by itself is neither's.
#[test]
fn a_shared_device_makes_no_interest() {
    let shop = shop();
    let tablet = json!({"anonymousId": "tablet", "context": granting(&["site"])});
    let on_tablet = |user: &str| with(&account(user), &json!({"anonymousId": "tablet"}));
    shop.page_sends(&[views(&tablet, "v1", &kids())]);
    shop.advance("1d");
    shop.page_sends(&[views(&tablet, "v2", &kids()), views(&on_tablet("ana"), "v3", &json!({"category": "books"}))]);
    assert_eq!(title(&shop, "ana"), "kids", "as far as anybody knows it is hers");
    shop.page_sends(&[views(&on_tablet("ben"), "v4", &json!({"category": "tools"}))]);
    for user in ["ana", "ben"] {
        assert_eq!(title(&shop, user), "welcome", "{user}");
        assert_eq!(interest(&shop, &format!("user_id:{user}"), KIDS), json!(null));
    }
    assert_eq!(shop.size("parents"), 0);
    assert_eq!(interest(&shop, "user_id:ana", "category:books")["standing"], "tentative", "her own");
}

/// A program makes no interest, whether it says what it is or not; and however much it sends, it costs little.
#[test]
fn a_bot_makes_no_interest() {
    let shop = shop();
    let crawler = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)";
    let mut honest = account("crawler");
    honest["context"]["userAgent"] = json!(crawler);
    shop.page_sends(&[views(&honest, "c1", &kids())]);
    shop.advance("1d");
    shop.page_sends(&[views(&honest, "c2", &kids())]);
    assert!(interests(&shop, "user_id:crawler").is_empty());
    let header = [("user-agent", crawler)];
    let event = json!({"batch": [views(&account("header"), "h1", &kids())]}).to_string();
    let sent =
        testkit::client::Request { method: "POST", path: "/v1/batch", headers: &header, body: Some(event.as_bytes()) };
    _ = shop.web.call(&sent).expect(200);
    assert!(interests(&shop, "user_id:header").is_empty());

    // Two quiet days, then one with more than any person does.
    let liar = account("liar");
    shop.page_sends(&[views(&liar, "l1", &json!({"category": "books"}))]);
    shop.advance("1d");
    shop.page_sends(&[views(&liar, "l2", &json!({"category": "books"}))]);
    shop.advance("1d");
    let flood = |batch: usize| {
        let one = |n: usize| {
            let tags: Vec<String> = (0..8).map(|tag| format!("t{}", 8 * n + tag)).collect();
            views(&liar, &format!("f{n}"), &json!({"category": "kids-shoes", "tags": tags}))
        };
        (300 * batch..300 * (batch + 1)).map(one).collect::<Vec<_>>()
    };
    for batch in 0..2 {
        shop.page_sends(&flood(batch));
    }
    let known = interests(&shop, "user_id:liar");
    let topics: Vec<&str> = known.iter().map(|known| known["topic"].as_str().unwrap()).collect();
    assert_eq!(topics, ["category:books"], "4,800 tags and 600 views are nobody's interests");
    shop.advance("1d");
    shop.page_sends(&[views(&liar, "l3", &kids())]);
    assert_eq!(interest(&shop, "user_id:liar", KIDS)["standing"], "tentative");
}

/// What a shop names as an attribute later is counted from what happened before, and outlives a crash.
#[test]
fn attributes_are_filled_from_history_and_outlive_a_crash() {
    let mut shop = shop();
    let red = json!({"category": "boots", "color": "red"});
    shop.page_sends(&[views(&account("ana"), "v1", &red)]);
    shop.advance("1d");
    shop.page_sends(&[views(&account("ana"), "v2", &red)]);
    assert_eq!(interest(&shop, "user_id:ana", "color:red"), json!(null));
    shop.define("setting", "interests", &json!({"attributes": ["color"], "weights": {"view": 2}}));
    let filled = interest(&shop, "user_id:ana", "color:red");
    assert_eq!(filled["standing"], "lasting");
    assert_eq!(filled["days"].as_array().unwrap().len(), 2);
    let before = interests(&shop, "user_id:ana");
    shop.server.kill9();
    shop.start_again_at(crate::shop::at("2026-03-03 10:00"));
    assert_eq!(interests(&shop, "user_id:ana"), before);

    let wrong = json!({"half_life": "0d", "weights": {"view": 9}});
    let refused = shop.secret.put("/v1/definitions/setting/interests", &wrong).expect(422).json();
    assert!(refused["error"]["pointer"].as_str().unwrap().contains('/'), "{refused}");
    _ = shop.secret.delete("/v1/definitions/setting/interests").expect(200);
    assert_eq!(interest(&shop, "user_id:ana", "color:red"), json!(null), "nobody asks for it any more");
}

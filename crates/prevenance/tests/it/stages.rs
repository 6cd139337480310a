//! Where a person stands, and what a visit is for: read from features that anybody can look at.

use serde_json::{Value, json};

use crate::{
    deciding::{gist, one, open, publish, replay, showing},
    shop::{Shop, track, with},
};

const ANA: &str = "user_id:ana";

fn ana() -> Value {
    json!({"userId": "ana"})
}

fn did(name: &str, number: usize, properties: &Value) -> Value {
    track(name, &format!("{name}-{number}"), &ana(), properties)
}

fn viewed(numbers: std::ops::Range<usize>) -> Vec<Value> {
    numbers.map(|number| did("Product Viewed", number, &json!({"product_id": format!("boot-{number}")}))).collect()
}

fn page(number: usize, path: &str) -> Value {
    let page = json!({"type": "page", "messageId": format!("page-{number}"), "properties": {"path": path}});
    with(&page, &ana())
}

fn said(shop: &Shop, model: &str) -> Value {
    shop.profile(ANA)[model].clone()
}

/// The way of a customer: the stage follows what is done, each step is noted with its moment, and conditions see it.
#[test]
fn the_stage_follows_a_customer_from_the_first_visit_to_belonging() {
    let shop = open();
    publish(
        &shop,
        &json!({"experience": {
            "compare": showing("boots", "stage() == \"comparison\"", &json!({})),
            "belong": showing("tents", "stage() == \"enrollment\"", &json!({})),
        }}),
    );
    shop.segment("onboarded", "stage() == \"onboarding\"");
    shop.grant(ANA, &["site"]);
    let stage = |expected: &str| {
        let stage = said(&shop, "stage");
        assert_eq!(stage["word"], expected, "{stage}");
        stage["probability"].as_f64().unwrap()
    };
    assert!(stage("discovery") < 0.7, "of somebody of whom nothing is known one is not sure");
    shop.server_sends(&viewed(0..1));
    _ = stage("discovery");
    shop.server_sends(&viewed(1..4));
    assert!(stage("comparison") < 0.8);
    let decision = one(&shop.web, &json!({"user_id": "ana"}));
    assert_eq!(gist(&decision), "compare/a because SPLIT");
    assert_eq!(replay(&shop, decision["id"].as_str().unwrap()), "SAME");
    shop.advance("1h");
    shop.server_sends(&[
        did("Product Added", 0, &json!({"product_id": "boot-1"})),
        did("Checkout Started", 0, &json!({})),
    ]);
    assert!(stage("conversion") > 0.9);
    shop.advance("1h");
    shop.server_sends(&[did("Order Completed", 0, &json!({"total": 120}))]);
    assert!(stage("onboarding") > 0.8);
    assert_eq!(shop.size("onboarded"), 1);
    // A month later there is nothing to learn any more; one order is no belonging.
    shop.advance("31d");
    _ = stage("discovery");
    assert_eq!(shop.size("onboarded"), 0);
    shop.server_sends(&[did("Order Completed", 1, &json!({"total": 90}))]);
    // Who has just bought learns, even who came back for it.
    assert!(stage("onboarding") > 0.9, "{}", said(&shop, "stage"));
    shop.advance("31d");
    assert!(stage("enrollment") > 0.5);
    assert_eq!(gist(&one(&shop.web, &json!({"user_id": "ana"}))), "belong/a because SPLIT");
    let transitions = shop.profile(ANA)["transitions"].clone();
    let of_stage = transitions.as_array().unwrap().iter().filter(|one| one["model"] == "stage");
    let way: Vec<(&str, &str)> =
        of_stage.map(|one| (one["from"].as_str().unwrap(), one["to"].as_str().unwrap())).collect();
    let expected = [
        ("discovery", "comparison"),
        ("comparison", "conversion"),
        ("conversion", "onboarding"),
        ("onboarding", "discovery"),
        ("discovery", "onboarding"),
        ("onboarding", "enrollment"),
    ];
    assert_eq!(way, expected, "{transitions}");
}

/// What is said can be looked into: the features, their weights, and how probable each word is.
#[test]
fn a_stage_shows_what_it_rests_on() {
    let shop = Shop::open();
    shop.grant(ANA, &["site"]);
    shop.server_sends(&viewed(0..3));
    let stage = said(&shop, "stage");
    assert_eq!((&stage["features"]["products_viewed"], &stage["features"]["cart_open"]), (&json!(3.0), &json!(0.0)));
    let model = shop.secret.get("/v1/definitions/model/stage").expect(200).json()["document"].clone();
    let features = model["features"].as_array().unwrap();
    let sum = |word: &str| {
        let value = |feature: &Value| stage["features"][feature["name"].as_str().unwrap()].as_f64().unwrap();
        let weight = |from: &Value| from[word].as_f64().unwrap_or(0.0);
        weight(&model["bias"]) + features.iter().map(|one| weight(&one["weights"]) * value(one)).sum::<f64>()
    };
    let words = stage["words"].as_object().unwrap();
    let all: f64 = words.keys().map(|word| sum(word).exp()).sum();
    for (word, probability) in words {
        assert!((probability.as_f64().unwrap() - sum(word).exp() / all).abs() < 1e-9, "{word}: {stage}");
    }
}

/// The aim of a visit is read from its last half hour and ends with it.
#[test]
fn an_aim_is_that_of_the_visit_under_way() {
    let shop = open();
    publish(&shop, &json!({"experience": {"wrapped": showing("boots", "aim() == \"gift\"", &json!({}))}}));
    shop.grant(ANA, &["site"]);
    assert_eq!(said(&shop, "aim"), Value::Null, "no visit yet");
    let aim = |expected: &str| {
        let aim = said(&shop, "aim");
        assert_eq!(aim["word"], expected, "{aim}");
    };
    shop.server_sends(&[page(0, "/")]);
    aim("learn");
    shop.server_sends(&viewed(0..3));
    aim("compare");
    shop.server_sends(&[did("Products Searched", 0, &json!({"query": "Cadeau pour maman"}))]);
    aim("gift");
    assert_eq!(gist(&one(&shop.web, &json!({"user_id": "ana"}))), "wrapped/a because SPLIT");
    shop.advance("29m");
    aim("gift");
    shop.advance("1m");
    assert_eq!(said(&shop, "aim"), Value::Null, "the visit is over");
    assert_eq!(gist(&one(&shop.web, &json!({"user_id": "ana"}))), "-/- because NOT_ELIGIBLE");
    shop.server_sends(&[page(1, "/help"), page(2, "/help/returns"), page(3, "/returns/label")]);
    aim("return");
    shop.advance("31m");
    shop.server_sends(&[did("Product Added", 1, &json!({})), did("Checkout Started", 1, &json!({}))]);
    aim("buy");
    shop.advance("31m");
    shop.server_sends(&[page(4, "/support/sole"), page(5, "/contact")]);
    aim("fix");
}

/// A shop that changes the weights changes what is said, of everybody and at once.
#[test]
fn the_shop_can_weigh_otherwise() {
    let shop = Shop::open();
    shop.grant(ANA, &["site"]);
    shop.server_sends(&viewed(0..4));
    assert_eq!(said(&shop, "stage")["word"], "comparison");
    let model = json!({
        "bias": {"discovery": 1},
        "features": [{
            "name": "viewed",
            "value": "events(\"Product Viewed\").within(\"30d\").count()",
            "most": 10,
            "weights": {"conversion": 0.5},
        }],
    });
    shop.define("model", "stage", &model);
    let stage = said(&shop, "stage");
    assert_eq!((&stage["word"], &stage["features"]), (&json!("conversion"), &json!({"viewed": 4.0})));
    let wrong = json!({"features": [{"name": "x", "value": "has(profile.email)"}]});
    let refused = shop.secret.put("/v1/definitions/model/stage", &wrong).expect(422).json();
    assert_eq!(refused["error"]["pointer"], "/features/0/value", "{refused}");
}

/// After a merge is taken back each has its own stage and transitions again.
#[test]
fn an_unmerge_gives_each_its_stage_again() {
    let shop = Shop::open();
    shop.grant(ANA, &["site"]);
    shop.grant("anonymous_id:d1", &["site"]);
    shop.server_sends(&viewed(0..4));
    let device = json!({"anonymousId": "d1"});
    shop.page_sends(&[track("Order Completed", "o1", &device, &json!({"total": 5}))]);
    let before = (shop.profile(ANA), shop.profile("anonymous_id:d1"));
    assert_eq!((&before.0["stage"]["word"], &before.1["stage"]["word"]), (&json!("comparison"), &json!("onboarding")));
    shop.advance("1h");
    shop.page_sends(&[with(&track("Cart Viewed", "c1", &device, &json!({})), &ana())]);
    let merged = shop.profile(ANA);
    assert_eq!(merged["stage"]["word"], "onboarding", "{merged}");
    _ = shop.secret.post(&format!("/v1/profiles/{}/unmerge", merged["id"].as_str().unwrap()), &json!({})).expect(200);
    let transitions = |profile: &Value| {
        let all = profile["transitions"].as_array().unwrap().iter();
        all.filter(|one| one["model"] == "stage").cloned().collect::<Vec<_>>()
    };
    for (before, after) in [(before.0, shop.profile(ANA)), (before.1, shop.profile("anonymous_id:d1"))] {
        assert_eq!(after["stage"]["word"], before["stage"]["word"]);
        assert_eq!(after["stage"]["since"], before["stage"]["since"]);
        assert_eq!(transitions(&after), transitions(&before));
    }
}

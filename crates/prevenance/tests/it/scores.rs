//! Scores and tags: what a marketer writes down is what comes out, and what people do is known on the next page.

use serde_json::{Value, json};

use crate::{
    deciding::{content, experience, gist, one, open, publish, replay, showing, shown},
    shop::{START, Shop, before, track, with},
};

const VISITOR: &str = "anonymous_id:d1";

fn visitor() -> Value {
    json!({"anonymousId": "d1"})
}

/// The hiking tag, a content that carries it and an experience for those who have it.
fn hiking(shop: &Shop) {
    let care =
        with(&content(&json!({"fr": {"title": "Sentiers"}, "en": {"title": "Trails"}})), &json!({"tags": ["hiking"]}));
    let tag = json!({"actions": [
        {"event": "Boot Finder Used"},
        {"event": "Products Searched", "where": "query.lower().contains(\"hik\")"},
        {"event": "Article Read", "tagged": true},
    ], "keeps": "90d", "description": "Likes to walk."});
    publish(shop, &json!({"tag": {"hiking": tag}, "content": {"trails": care}}));
    experience(shop, "walks", &showing("trails", r#"tag("hiking")"#, &json!({})));
}

fn tags(shop: &Shop, who: &str) -> Vec<String> {
    let profile = shop.profile(who);
    let tags = profile["tags"].as_array().unwrap_or_else(|| panic!("{profile}"));
    tags.iter().map(|tag| tag["name"].as_str().unwrap().to_owned()).collect()
}

/// proves SCO-01: given the action "used boot finder" tagged hiking, done, then the person is a member at once and sees
/// the matching content on the next page.
#[test]
fn sco_01_a_tagged_action_is_in_the_persons_segments_and_contents_at_once() {
    let shop = open();
    hiking(&shop);
    shop.segment("walkers", r#"tag("hiking")"#);
    shop.grant(VISITOR, &["site"]);
    assert_eq!(gist(&one(&shop.web, &json!({"anonymous_id": "d1"}))), "-/- because NOT_ELIGIBLE");
    shop.page_sends(&[track("Boot Finder Used", "m1", &visitor(), &json!({}))]);
    let decision = one(&shop.web, &json!({"anonymous_id": "d1"}));
    assert_eq!((gist(&decision), shown(&decision)), ("walks/a because SPLIT".to_owned(), vec!["trails"]));
    assert_eq!(replay(&shop, decision["id"].as_str().unwrap()), "SAME");
    let profile = shop.profile(VISITOR);
    assert_eq!(profile["tags"][0]["name"], "hiking");
    assert_eq!(profile["tags"][0]["since"], "2026-03-02T10:00:00Z");
    assert_eq!(profile["segments"], json!(["walkers"]), "a tag is no segment to see");

    // It is kept as long as it says, to the moment.
    shop.advance("89d");
    assert_eq!((tags(&shop, VISITOR), shop.size("walkers")), (vec!["hiking".to_owned()], 1));
    shop.advance("1d");
    assert_eq!((tags(&shop, VISITOR), shop.size("walkers")), (Vec::<String>::new(), 0));
}

/// A search for it and an article that carries the tag give it too; others do not.
#[test]
fn each_action_of_a_tag_gives_it() {
    let shop = open();
    hiking(&shop);
    let who = |number: usize| json!({"anonymousId": format!("v{number}")});
    let did = [
        track("Products Searched", "m0", &who(0), &json!({"query": "Hiking socks"})),
        track("Products Searched", "m1", &who(1), &json!({"query": "tent"})),
        track("Article Read", "m2", &who(2), &json!({"tags": ["alps", "hiking"]})),
        track("Article Read", "m3", &who(3), &json!({"tag": "hiking"})),
        track("Article Read", "m4", &who(4), &json!({"tag": "tents", "tags": ["hik"]})),
    ];
    (0..5).for_each(|number| shop.grant(&format!("anonymous_id:v{number}"), &["site"]));
    shop.page_sends(&did);
    let has: Vec<bool> = (0..5).map(|number| !tags(&shop, &format!("anonymous_id:v{number}")).is_empty()).collect();
    assert_eq!(has, [true, false, true, true, false]);
    let listed = shop.secret.get("/v1/segments").expect(200).json();
    assert_eq!(listed["segments"], json!([]), "{listed}");
    _ = shop.secret.get("/v1/segments/tag%3Ahiking").expect(404);
}

/// The score of the test of SCO-02.
fn engagement() -> Value {
    json!({
        "rules": [
            {"event": "Product Viewed", "where": "category == \"boots\"", "points": 2, "half_life": "7d", "most": 7},
            {"event": "Order Completed", "points": 30, "half_life": "90d"},
            {"event": "Newsletter Left", "points": -25, "within": "180d"},
        ],
        "conditions": [{"if": "events(\"Order Completed\").sum(total) > 50", "points": 5}],
        "least": 0,
    })
}

/// The formula as it is published, with what this test sends: days on which boots were viewed and orders were placed,
/// whether the newsletter was left, and the day on which is asked.
fn formula(views: &[f64], orders: &[f64], left: Option<f64>, day: f64) -> f64 {
    let faded = |points: f64, half_life: f64, days: &[f64]| -> f64 {
        let so_far = days.iter().filter(|at| **at <= day);
        so_far.map(|at| points * 0.5_f64.powf((day - at) / half_life)).sum()
    };
    let viewed = faded(2.0, 7.0, views).clamp(-7.0, 7.0);
    let minus = left.filter(|at| *at <= day && day - at < 180.0).map_or(0.0, |_| -25.0);
    let bonus = if orders.is_empty() { 0.0 } else { 5.0 };
    (viewed + faded(30.0, 90.0, orders) + minus + bonus).max(0.0)
}

/// proves SCO-02: given points, caps, decay and conditions, events arrive in any order, then the score equals the
/// published formula to 1e-9, also later with nothing new.
#[test]
fn sco_02_a_score_is_the_published_formula() {
    let shop = Shop::open();
    shop.define("score", "engagement", &engagement());
    shop.segment("engaged", r#"score("engagement") >= 20"#);
    shop.grant(VISITOR, &["site"]);
    // Days before the start; the last is sent first.
    let views = [-1.0, -3.5, -9.0, -20.0, -20.25];
    let orders = [-40.0];
    let moment = |day: f64| before(START, &format!("{}m", (-day * 1_440.0) as i64));
    let mut events: Vec<Value> = Vec::new();
    for (number, day) in views.iter().enumerate() {
        let boots = track("Product Viewed", &format!("v{number}"), &visitor(), &json!({"category": "boots"}));
        events.push(with(&boots, &json!({"timestamp": moment(*day)})));
        let tents = track("Product Viewed", &format!("t{number}"), &visitor(), &json!({"category": "tents"}));
        events.push(with(&tents, &json!({"timestamp": moment(*day)})));
    }
    let ordered = track("Order Completed", "o1", &visitor(), &json!({"total": 80}));
    events.push(with(&ordered, &json!({"timestamp": moment(orders[0])})));
    shop.page_sends(&events);
    let is = |day: f64, left: Option<f64>| {
        let score = shop.profile(VISITOR)["scores"]["engagement"].clone();
        let (points, expected) = (score["points"].as_f64().unwrap(), formula(&views, &orders, left, day));
        assert!((points - expected).abs() < 1e-9, "{points} is not {expected}: {score}");
        assert_eq!(shop.is_in(VISITOR, "engaged"), points >= 20.0, "{points}");
        score
    };
    let score = is(0.0, None);
    let times: Vec<u64> =
        score["parts"].as_array().unwrap().iter().map(|part| part["times"].as_u64().unwrap()).collect();
    assert_eq!(times, [5, 1, 0, 1], "{score}");
    shop.advance("7d");
    _ = is(7.0, None);
    shop.advance("60d");
    _ = is(67.0, None);
    // Out of the segment again, at the moment at which the formula says: 30 · 2^(−age / 90 d) = 15 and a little of views.
    shop.page_sends(&[track("Newsletter Left", "n1", &visitor(), &json!({}))]);
    let score = is(67.0, Some(67.0));
    assert_eq!(score["points"], 0.0, "never less than its least: {score}");
    shop.advance("180d");
    _ = is(247.0, Some(67.0));
}

/// A member leaves in the very second in which the score falls below what the segment asks.
#[test]
fn a_segment_is_left_when_the_score_has_faded() {
    let shop = Shop::open();
    let rule = json!({"rules": [{"event": "Product Viewed", "points": 8, "half_life": "10d"}]});
    shop.define("score", "heat", &rule);
    shop.segment("hot", r#"score("heat") >= 2"#);
    shop.grant(VISITOR, &["site"]);
    shop.page_sends(&[track("Product Viewed", "m1", &visitor(), &json!({}))]);
    assert_eq!(shop.size("hot"), 1);
    shop.advance("20d");
    assert_eq!(shop.size("hot"), 1, "a quarter is left after two half-lives");
    shop.advance("1s");
    assert_eq!(shop.size("hot"), 0);
    // Its rules change: who is in follows at once.
    let rule = json!({"rules": [{"event": "Product Viewed", "points": 9, "half_life": "10d"}]});
    shop.define("score", "heat", &rule);
    assert_eq!(shop.size("hot"), 1);
}

/// What feeds itself, and what is in use, is told by its name.
#[test]
fn scores_and_tags_that_need_themselves_are_refused() {
    let shop = Shop::open();
    let feeds = json!({
        "segment": {"keen": {"condition": "score(\"heat\") >= 10"}},
        "score": {"heat": {"conditions": [{"if": "segment(\"keen\")", "points": 3}]}},
    });
    let refused = shop.secret.put("/v1/definitions", &feeds).expect(422).json();
    assert_eq!(refused["code"], "SCORE_CIRCLE", "{refused}");
    assert!(refused["message"].as_str().unwrap().contains("feeds itself"), "{refused}");
    let asks = |other: &str| json!({"actions": [{"event": "X", "where": format!("tag(\"{other}\")")}]});
    let tags = json!({"tag": {"a": asks("b"), "b": asks("a")}});
    assert_eq!(shop.secret.put("/v1/definitions", &tags).expect(422).json()["code"], "SEGMENT_CIRCLE");
    let half_life = json!({"rules": [{"event": "X", "points": 1, "half_life": "0d"}]});
    let refused = shop.secret.put("/v1/definitions/score/heat", &half_life).expect(422).json();
    assert_eq!(
        (&refused["code"], &refused["error"]["pointer"]),
        (&json!("OUT_OF_RANGE"), &json!("/rules/0/half_life"))
    );
    hiking(shop_with_contents(&shop));
    let refused = shop.secret.delete("/v1/definitions/tag/hiking");
    assert_eq!(refused.expect(409).json()["code"], "IN_USE");
}

fn shop_with_contents(shop: &Shop) -> &Shop {
    let welcome = content(&json!({"fr": {"title": "Bienvenue"}, "en": {"title": "Welcome"}}));
    publish(
        shop,
        &json!({"content": {"welcome": welcome}, "placement": {"home": {"channel": "web", "neutral": "welcome"}}}),
    );
    shop
}

/// proves SCO-04: given any tag, opened, it shows counts, contents, outcome and period.
#[test]
fn sco_04_a_tag_tells_who_has_it_what_carries_it_and_what_came_of_that() {
    let shop = open();
    hiking(&shop);
    let who = |number: usize| json!({"anonymousId": format!("v{number}")});
    let uses = |number: usize| track("Boot Finder Used", &format!("u{number}"), &who(number), &json!({}));
    let asks = |number: usize| {
        let decision = one(&shop.web, &json!({"anonymous_id": format!("v{number}")}));
        assert_eq!(shown(&decision), ["trails"]);
    };
    (0..4).for_each(|number| shop.grant(&format!("anonymous_id:v{number}"), &["site"]));
    shop.page_sends(&[uses(0), uses(1), uses(2)]);
    (0..3).for_each(asks);
    let clicked =
        |number: usize| track("Content Clicked", &format!("c{number}"), &who(number), &json!({"content": "trails"}));
    let ordered = |id: &str, number: usize| track("Order Completed", id, &who(number), &json!({"total": 80}));
    shop.advance("1d");
    // One clicks and orders; one who has not seen it orders too.
    shop.page_sends(&[clicked(0), ordered("o0", 0), ordered("o3", 3)]);
    asks(1);
    shop.advance("8d");
    shop.page_sends(&[ordered("o1", 1), ordered("o2", 2)]);
    let tag = |period: &str| shop.secret.get(&format!("/v1/tags/hiking{period}")).expect(200).json();
    let outcome = |shown: u64, used: u64, orders: u64| json!({"shown": shown, "used": used, "orders": orders});
    let whole = tag("");
    assert_eq!((&whole["persons"], &whole["complete"]), (&json!(3), &json!(true)), "{whole}");
    assert_eq!((&whole["from"], &whole["to"]), (&json!("2026-02-10"), &json!("2026-03-11")));
    assert_eq!(whole["total"], outcome(4, 1, 1), "an order a week after the last showing is no outcome: {whole}");
    assert_eq!(whole["contents"], json!([with(&json!({"content": "trails"}), &outcome(4, 1, 1))]));
    let day = |day: &str, outcome: &Value| with(&json!({"day": day}), outcome);
    assert_eq!(whole["days"], json!([day("2026-03-02", &outcome(3, 0, 0)), day("2026-03-03", &outcome(1, 1, 1))]));
    let first = tag("?from=2026-03-01&to=2026-03-02");
    assert_eq!((&first["total"], &first["days"].as_array().unwrap().len()), (&outcome(3, 0, 0), &1));
    let all = shop.secret.get("/v1/tags").expect(200).json();
    assert_eq!(all, json!({"tags": [{"name": "hiking", "persons": 3, "contents": 1}]}));
    _ = shop.secret.get("/v1/tags/unknown").expect(404);
    let wrong = shop.secret.get("/v1/tags/hiking?from=soon").expect(422).json();
    assert_eq!(wrong["code"], "BAD_MOMENT");
    assert_eq!(
        shop.secret.get("/v1/tags/hiking?from=2026-03-02&to=2026-03-01").expect(422).json()["code"],
        "OUT_OF_RANGE"
    );
}

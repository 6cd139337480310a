//! When a decision stays silent: at a checkout, for the age of what it rests on, for discomfort, for want of worth.

use serde_json::{Map, Value, json};

use crate::{
    deciding::{
        content, decide, experience, gist, id, one, open, placement, publish, record, rejected, replay, showing, shown,
    },
    shop::{Shop, identify, track, with},
};

/// A content with an intent.
fn to(intent: &str, title: &str) -> Value {
    with(&content(&json!({"en": {"title": title}})), &json!({"intent": intent}))
}

/// Somebody who looked at boots just now.
fn viewer(shop: &Shop, device: &str) -> Value {
    shop.grant(&format!("anonymous_id:{device}"), &["site"]);
    look(shop, device, "v1");
    json!({"anonymous_id": device, "explain": true})
}

fn look(shop: &Shop, device: &str, message: &str) {
    let who = json!({"anonymousId": device});
    let id = format!("{device}-{message}");
    shop.page_sends(&[track("Product Viewed", &id, &who, &json!({"category": "boots"}))]);
}

/// What a definition is refused for: the code and where.
fn refused(shop: &Shop, path: &str, document: &Value) -> (String, String) {
    let refused = shop.secret.put(&format!("/v1/definitions/{path}"), document).expect(422).json();
    let text = |value: &Value| value.as_str().unwrap_or_else(|| panic!("{refused}")).to_owned();
    (text(&refused["code"]), text(&refused["error"]["pointer"]))
}

const VIEWED: &str = r#"events("Product Viewed").count() > 0"#;

/// proves DEC-10: given a checkout, when deciding, then only contents that reassure or help are allowed.
#[test]
fn dec_10_at_a_checkout_only_reassurance_and_help_are_shown() {
    let shop = open();
    let checkout = |neutral: &str| with(&placement("web", neutral), &json!({"checkout": true}));
    let contents: Map<String, Value> = ["orient", "inform", "help", "reassure", "reward"]
        .into_iter()
        .map(|intent| (format!("to-{intent}"), with(&to(intent, intent), &json!({"tags": ["pay"]}))))
        .collect();
    publish(&shop, &json!({"content": contents}));
    // What is neutral obeys as well.
    let pointer = |pointer: &str| ("CHECKOUT_INTENT".to_owned(), pointer.to_owned());
    assert_eq!(refused(&shop, "placement/pay", &checkout("welcome")), pointer("/neutral"));
    publish(&shop, &json!({"placement": {"pay": checkout("to-reassure")}}));
    let at_pay = |content: &str| showing(content, "true", &json!({"placements": ["home", "pay"]}));
    for intent in ["orient", "inform", "reward"] {
        let document = at_pay(&format!("to-{intent}"));
        assert_eq!(refused(&shop, "experience/idea", &document), pointer("/variants/a/contents"), "{intent}");
    }
    let hidden = json!({"variants": {
        "control": {"share": 0.2}, "a": {"share": 0.4, "contents": "to-help"},
        "b": {"share": 0.4, "contents": ["to-inform"]},
    }});
    let document = with(&at_pay("to-help"), &hidden);
    assert_eq!(refused(&shop, "experience/idea", &document), pointer("/variants/b/contents/0"));
    // And no placement becomes a checkout under what is shown there.
    experience(&shop, "news", &showing("boots", "true", &json!({})));
    let refusal = shop.secret.put("/v1/definitions/placement/home", &checkout("to-help")).expect(422).json();
    assert_eq!(refusal["code"], "CHECKOUT_INTENT", "{refusal}");

    experience(&shop, "idea", &at_pay("to-help"));
    let pay = json!({"placements": ["pay"]});
    assert_eq!(shown(&one(&shop.web, &pay)), ["to-help"]);
    // Of a pool only what fits is taken.
    let pool = json!({"pool": {"tags": ["pay"], "order": "listed", "repeat": "allowed"}, "share": 0.9999});
    let variants = json!({"variants": {"control": {"share": 0.0001}, "a": pool}, "priority": 9});
    experience(&shop, "best", &with(&at_pay("to-help"), &variants));
    let decision = one(&shop.web, &pay);
    assert_eq!((gist(&decision), shown(&decision)), ("best/a because SPLIT".into(), vec!["to-help"]));
}

/// proves DEC-12: given five eligible zones, when a page is decided, then two of them are personalized at most, the best
/// ones, and the rest is neutral.
#[test]
fn dec_12_of_five_eligible_zones_two_are_personalized() {
    let shop = open();
    let zones = ["z1", "z2", "z3", "z4", "z5"];
    publish(
        &shop,
        &json!({"placement": zones.map(|zone| (zone.to_owned(), placement("web", "welcome"))).into_iter().collect::<Map<_, _>>()}),
    );
    for (priority, zone) in zones.into_iter().enumerate() {
        experience(
            &shop,
            &format!("for-{zone}"),
            &showing("boots", "true", &json!({"placements": zone, "priority": priority})),
        );
    }
    let personal = |asked: &Value| {
        let answer = decide(&shop.secret, &with(&json!({"placements": zones, "explain": true}), asked));
        let decisions = answer["decisions"].as_array().unwrap().clone();
        assert!(decisions.iter().all(|decision| !shown(decision).is_empty()), "none is blank");
        decisions
            .iter()
            .map(|decision| match decision["experience"].as_str() {
                Some(_) => decision["placement"].as_str().unwrap().to_owned(),
                None => format!("{} {}", decision["reason"].as_str().unwrap(), shown(decision)[0]),
            })
            .collect::<Vec<_>>()
    };
    shop.grant("anonymous_id:c1", &["site"]);
    for asked in [json!({}), json!({"anonymous_id": "c1"})] {
        let neutral = "CAPPED welcome";
        assert_eq!(personal(&asked), [neutral, neutral, neutral, "z4", "z5"], "{asked}");
    }
    for most in [1, 5] {
        publish(&shop, &json!({"setting": {"personal_placements_per_page": {"value": most}}}));
        let zones = personal(&json!({}));
        assert_eq!(zones.iter().filter(|zone| zone.starts_with('z')).count(), most);
    }
}

/// proves DEC-13: given an expected gain whose lower bound is not above cost and intrusion, when deciding, then nothing is
/// shown, and that is logged.
#[test]
fn dec_13_what_is_not_worth_it_abstains_and_that_is_logged() {
    let shop = open();
    let worth =
        |low: Value, cost: Value| json!({"worth": {"gain_cents": {"low": low, "expected": 50}, "cost_cents": cost}});
    for (worth, pointer) in [
        (worth(json!(-1), json!(1)), "/worth/gain_cents/low"),
        (worth(json!(null), json!(1)), "/worth/gain_cents/low"),
        (worth(json!(51), json!(1)), "/worth/gain_cents/expected"),
        (worth(json!(5), json!(-0.1)), "/worth/cost_cents"),
    ] {
        assert_eq!(refused(&shop, "experience/care", &showing("boots", VIEWED, &worth)).1, pointer, "{worth}");
    }
    // One point of intrusion costs two cents.
    experience(&shop, "care", &showing("boots", VIEWED, &worth(json!(5), json!(3))));
    let viewer = viewer(&shop, "c1");
    let silent = one(&shop.secret, &viewer);
    assert_eq!((gist(&silent), shown(&silent)), ("-/- because ABSTAIN".into(), vec!["welcome"]));
    // Logged also where nobody asked why not.
    let unasked = one(&shop.secret, &with(&viewer, &json!({"explain": false})));
    for decision in [&silent, &unasked] {
        let logged = record(&shop, id(decision))["decision"].clone();
        let rejected = &logged["grounds"]["rejected"][0];
        assert_eq!((&logged["reason"], &rejected["why"]), (&json!("ABSTAIN"), &json!("not_worth")));
        assert_eq!(rejected["detail"], json!({"gain_cents": 5.0, "cost_cents": 5.0}));
        assert_eq!(replay(&shop, id(decision)), "SAME");
    }
    experience(&shop, "care", &showing("boots", VIEWED, &worth(json!(5.1), json!(3))));
    assert_eq!(gist(&one(&shop.secret, &viewer)), "care/a because SPLIT");
    publish(&shop, &json!({"setting": {"restraint": {"point_cents": 0.5}}}));
    experience(&shop, "care", &showing("boots", VIEWED, &worth(json!(5), json!(3))));
    assert_eq!(gist(&one(&shop.secret, &viewer)), "care/a because SPLIT");
}

/// proves DEC-15: given something viewed 61 days ago, when deciding, then it is not the main reason, not through a segment
/// either; the same season of last year is, where the experience says so, and the answer is labelled.
#[test]
fn dec_15_what_was_viewed_61_days_ago_is_not_the_main_reason() {
    let shop = open();
    shop.segment("viewers", VIEWED);
    publish(&shop, &json!({"placement": {"row": placement("web", "welcome")}}));
    experience(&shop, "walk", &showing("boots", VIEWED, &json!({})));
    experience(&shop, "camp", &showing("tents", r#"segment("viewers")"#, &json!({"placements": "row"})));
    let viewer = with(&viewer(&shop, "c1"), &json!({"placements": ["home", "row"], "preview": true}));
    let gists = || {
        let answer = decide(&shop.secret, &viewer);
        answer["decisions"].as_array().unwrap().iter().map(gist).collect::<Vec<_>>()
    };
    shop.advance("60d");
    assert_eq!(gists(), ["walk/a because SPLIT", "camp/a because SPLIT"]);
    shop.advance("1d");
    assert_eq!(gists(), ["-/- because NOT_ELIGIBLE", "-/- because NOT_ELIGIBLE"]);
    let kept = with(&viewer, &json!({"preview": false}));
    let stale = one(&shop.secret, &kept);
    assert_eq!(rejected(&stale)["walk"], "stale");
    assert_eq!(stale["grounds"]["rejected"][0]["detail"], "2026-03-02T10:00:00Z");
    assert_eq!(replay(&shop, id(&stale)), "SAME");
    assert!(shop.is_in("anonymous_id:c1", "viewers"), "it is still so, and no reason any more");
    // Whoever looks again today has a reason of today.
    look(&shop, "c1", "v2");
    assert_eq!(gists(), ["walk/a because SPLIT", "camp/a because SPLIT"]);

    // A year later.
    shop.advance("365d");
    assert_eq!(gists(), ["-/- because NOT_ELIGIBLE", "-/- because NOT_ELIGIBLE"]);
    experience(&shop, "walk", &showing("boots", VIEWED, &json!({"memory": "season"})));
    let remembered = one(&shop.secret, &kept);
    assert_eq!((gist(&remembered), &remembered["memory"]), ("walk/a because SPLIT".into(), &json!("season")));
    assert_eq!(one(&shop.web, &json!({"anonymous_id": "c1"}))["memory"], "season", "the page can say so");
    assert_eq!(replay(&shop, id(&remembered)), "SAME");
    shop.advance("61d");
    assert_eq!(gists()[0], "-/- because NOT_ELIGIBLE", "426 days ago");
    let unknown = showing("boots", VIEWED, &json!({"memory": "always"}));
    assert_eq!(refused(&shop, "experience/walk", &unknown), ("UNKNOWN_WORD".into(), "/memory".into()));
}

fn points(decision: &Value) -> u64 {
    decision["grounds"]["points"].as_u64().unwrap_or_else(|| panic!("{decision}"))
}

/// proves GOV-06: given a spent budget, when deciding, then neutral; and the budget is never exceeded.
#[test]
fn gov_06_a_spent_budget_is_neutral_and_never_exceeded() {
    let shop = open();
    shop.segment("viewers", VIEWED);
    publish(&shop, &json!({"placement": {"row": placement("web", "welcome")}}));
    experience(&shop, "walk", &showing("boots", VIEWED, &json!({})));
    experience(&shop, "camp", &showing("tents", r#"segment("viewers")"#, &json!({"placements": "row"})));
    experience(&shop, "all", &showing("boots", "true", &json!({"placements": "row", "priority": -1})));
    let viewer = with(&viewer(&shop, "c1"), &json!({"placements": ["home", "row"]}));
    let page = || decide(&shop.secret, &viewer)["decisions"].as_array().unwrap().clone();
    let first = page();
    assert_eq!(first.iter().map(points).collect::<Vec<_>>(), [1, 1]);
    for _ in 0..9 {
        let again = page();
        assert_eq!(again.iter().map(gist).collect::<Vec<_>>(), ["walk/a because SPLIT", "camp/a because SPLIT"]);
        assert_eq!(again.iter().map(points).collect::<Vec<_>>(), [0, 0], "the same page in the same visit");
        assert_eq!(replay(&shop, id(&again[0])), "SAME");
    }
    for _ in 0..2 {
        shop.advance("31m");
        assert_eq!(page().iter().map(points).collect::<Vec<_>>(), [2, 2], "again within a week");
    }
    // Ten are spent.
    shop.advance("31m");
    for _ in 0..3 {
        let full = page();
        assert_eq!((gist(&full[0]), shown(&full[0])), ("-/- because CAPPED".into(), vec!["welcome"]));
        assert_eq!(full[0]["grounds"]["rejected"][0]["why"], "intrusive");
        assert_eq!(full[0]["grounds"]["rejected"][0]["detail"], json!({"points": 2, "left": 0}));
        assert_eq!(gist(&full[1]), "all/a because SPLIT", "what asks nothing of the person costs nothing");
        assert_eq!((points(&full[0]), points(&full[1])), (0, 0));
        assert_eq!(replay(&shop, id(&full[0])), "SAME");
    }
    shop.advance("166h");
    assert_eq!(gist(&page()[0]), "-/- because CAPPED");
    shop.advance("4h");
    look(&shop, "c1", "v2");
    assert_eq!(page().iter().map(points).collect::<Vec<_>>(), [1, 1], "a week later");
    // A larger budget is a setting.
    shop.advance("31m");
    publish(&shop, &json!({"setting": {"restraint": {"points": 3}}}));
    assert_eq!(gist(&page()[0]), "-/- because CAPPED");
    publish(&shop, &json!({"setting": {"restraint": {"points": 30}}}));
    assert_eq!(gist(&page()[0]), "walk/a because SPLIT");
}

/// proves GOV-06: a phone and a laptop of one person share the budget, and a cap.
#[test]
fn gov_06_the_devices_of_one_person_share_budget_and_caps() {
    let shop = open();
    publish(&shop, &json!({"placement": {"row": placement("web", "welcome")}}));
    experience(&shop, "walk", &showing("boots", VIEWED, &json!({})));
    let once = json!({"placements": "row", "caps": [{"most": 2, "per": "7d"}]});
    experience(&shop, "hello", &showing("tents", "true", &once));
    shop.grant("anonymous_id:phone", &["site"]);
    shop.grant("anonymous_id:laptop", &["site"]);
    for device in ["phone", "laptop"] {
        let who = json!({"anonymousId": device, "userId": "ana"});
        shop.page_sends(&[identify(&format!("i-{device}"), &who, &json!({"city": "Brest"}))]);
        look(&shop, device, "v1");
    }
    let page = |device: &str| {
        let asked = json!({"anonymous_id": device, "placements": ["home", "row"], "explain": true});
        let page = decide(&shop.secret, &asked)["decisions"].as_array().unwrap().clone();
        // The next one is in another visit.
        shop.advance("31m");
        page
    };
    let devices = ["phone", "laptop"].into_iter().cycle().take(5);
    let pages: Vec<Vec<Value>> = devices.map(page).collect();
    let spent: Vec<u64> = pages.iter().map(|page| points(&page[0])).collect();
    assert_eq!(spent, [1, 2, 2, 2, 2], "nine of ten, and the next one costs two");
    let hello: Vec<String> = pages.iter().map(|page| gist(&page[1])).collect();
    assert_eq!(hello[..2], ["hello/a because SPLIT", "hello/a because SPLIT"]);
    assert!(hello[2..].iter().all(|gist| gist == "-/- because CAPPED"), "{hello:?}");
    for device in ["laptop", "phone"] {
        let full = page(device);
        assert_eq!(
            (gist(&full[0]), rejected(&full[0])["walk"].as_str()),
            ("-/- because CAPPED".into(), Some("intrusive"))
        );
    }
}

/// What a decision costs is that of the published table, as a shop meets it.
#[test]
fn points_are_those_of_the_published_table() {
    let shop = open();
    publish(
        &shop,
        &json!({
            "trait": {"size": {"holds": "number", "purpose": "email"}, "city": {"holds": "text"}},
            "setting": {"restraint": {"points": 100, "channels": {"till": "till"}}},
            "placement": {"account": placement("account", "welcome")},
            "content": {"hello": content(&json!({"en": {"title": "Hello {{ profile.first_name | \"you\" }}"}}))},
        }),
    );
    shop.grant("user_id:ana", &["site", "email"]);
    let who = json!({"userId": "ana"});
    shop.page_sends(&[
        identify("i1", &who, &json!({"city": "Brest", "size": 38, "first_name": "Ana"})),
        track("Product Viewed", "v1", &who, &json!({})),
        track("Order Completed", "o1", &who, &json!({"channel": "till", "total": 9})),
    ]);
    let cost = |audience: &str, more: &Value| {
        experience(&shop, "idea", &showing("boots", audience, more));
        let placements = more.get("placements").cloned().unwrap_or_else(|| "home".into());
        let asked = json!({"user_id": "ana", "placements": [placements], "preview": true});
        let decision = one(&shop.secret, &asked);
        assert_eq!(decision["experience"], "idea", "{audience}: {decision}");
        points(&decision)
    };
    assert_eq!(cost("true", &json!({})), 0);
    assert_eq!(cost("request.hour >= 0", &json!({})), 0);
    assert_eq!(cost(r#"profile.city == "Brest""#, &json!({})), 0);
    assert_eq!(cost(VIEWED, &json!({})), 1);
    assert_eq!(cost("profile.size > 30", &json!({})), 2);
    shop.segment("large", "profile.size > 30");
    assert_eq!(cost(r#"segment("large")"#, &json!({})), 2, "a segment hides nothing");
    assert_eq!(cost(r#"events("Order Completed").count() > 0"#, &json!({})), 2, "a purchase at the till, on the web");
    let named = json!({"placements": "account", "variants": {"control": {"share": 0.0001}, "a": {"share": 0.9999, "contents": "hello"}}});
    assert_eq!(cost("true", &named), 2);
    shop.advance("31d");
    assert_eq!(cost(VIEWED, &json!({})), 2, "older than 30 days");
}

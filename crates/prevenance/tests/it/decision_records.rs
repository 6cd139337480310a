//! What is kept of a decision: for caps, for shares, for those who ask why later.

use std::thread;

use serde_json::{Value, json};
use testkit::process::Options;

use crate::{
    deciding::{
        content, decide, experience, gist, id, one, open, open_with, publish, record, rejected, replay, showing, shown,
    },
    shop::{START, Shop, at, granting, identify, track},
};

/// proves GOV-15: given a changed policy, it is known who changed it, when and why, and old decisions replay identically.
#[test]
fn gov_15_after_a_policy_has_changed_old_decisions_replay_identically() {
    let mut shop = open();
    shop.segment("keen", r#"events("Product Viewed").count() > 1"#);
    let half = json!({"caps": [{"most": 3, "per": "1d"}],
                      "variants": {"control": {"share": 0.5}, "a": {"share": 0.5, "contents": "boots"}}});
    experience(&shop, "walk", &showing("boots", r#"segment("keen") || request.hour < 11"#, &half));
    publish(&shop, &json!({"setting": {"holdout_share": {"value": 0.2}}}));
    let mut old = Vec::new();
    for number in 0..8 {
        let who = format!("p{number}");
        shop.grant(&format!("user_id:{who}"), &["site"]);
        shop.page_sends(&[track("Product Viewed", &format!("v{number}"), &json!({"userId": who}), &json!({}))]);
        for explain in [false, true] {
            old.push(one(&shop.secret, &json!({"user_id": who, "explain": explain})));
        }
    }
    let reasons = |reason: &str| old.iter().filter(|decision| decision["reason"] == reason).count();
    assert!(reasons("SPLIT") >= 2 && reasons("HOLDOUT") >= 2, "{old:?}");
    let revision = record(&shop, id(&old[0]))["revision"].as_u64().unwrap();

    // Everything that rests under them is changed, and so is what is known of them.
    shop.advance("1h");
    let policies = [
        ("setting/holdout_share", json!({"value": 0})),
        ("setting/personal_placements_per_page", json!({"value": 1})),
        ("experience/walk", showing("tents", r#"segment("keen")"#, &json!({"salt": "anew"}))),
        ("content/boots", content(&json!({"en": {"title": "Other boots"}}))),
        ("segment/keen", json!({"condition": "false"})),
    ];
    for (number, (path, document)) in policies.iter().enumerate() {
        let path = format!("/v1/definitions/{path}?by=Ana&why=Audit%20{number}&wait=true");
        let changed = shop.secret.put(&path, document).expect(200).json()["revision"].clone();
        let found = shop.secret.get(&format!("/v1/revisions/{changed}")).expect(200).json()["publication"].clone();
        assert_eq!((&found["by"], &found["why"]), (&json!("Ana"), &json!(format!("Audit {number}"))));
        assert_eq!(found["at"], "2026-03-02T11:00:00Z");
    }
    shop.page_sends(&[track("Product Viewed", "late", &json!({"userId": "p0"}), &json!({}))]);
    let same = |shop: &Shop| {
        for decision in &old {
            let path = format!("/v1/decisions/{}", id(decision));
            let replay = shop.secret.post(&format!("{path}/replay"), &json!({})).expect(200).json();
            assert_eq!((&replay["outcome"], replay.get("again")), (&json!("SAME"), None), "{replay}");
            let recorded = &replay["recorded"];
            assert_eq!((&recorded["decision"], &recorded["revision"]), (decision, &json!(revision)));
            assert_eq!(shop.secret.get(&path).expect(200).json(), *recorded);
        }
    };
    same(&shop);
    let new = one(&shop.secret, &json!({"user_id": "p0"}));
    assert_eq!((gist(&new), shown(&new)), ("-/- because NOT_ELIGIBLE".into(), vec!["welcome"]));
    shop.server.stop();
    shop.start_again_at(at("2026-04-02 10:00"));
    same(&shop);
}

/// A person draws by who they are: before a device was known to be theirs it may draw otherwise, from then on not.
#[test]
fn a_person_has_one_variant_on_all_devices_once_identified() {
    let shop = open();
    let variants: Value = ["a", "b", "c", "d", "e", "f", "g", "h", "i"]
        .iter()
        .map(|name| ((*name).to_owned(), json!({"share": 0.1, "contents": "boots"})))
        .chain([("control".to_owned(), json!({"share": 0.1}))])
        .collect::<serde_json::Map<_, _>>()
        .into();
    experience(&shop, "ten", &showing("boots", "true", &json!({"variants": variants})));
    let mut moved = 0;
    for number in 0..12 {
        let (user, phone, desk) = (format!("u{number}"), format!("phone{number}"), format!("desk{number}"));
        let arm = |who: Value| one(&shop.web, &who)["variant"].as_str().unwrap().to_owned();
        shop.grant(&format!("anonymous_id:{phone}"), &["site"]);
        shop.grant(&format!("anonymous_id:{desk}"), &["site"]);
        let (on_phone, on_desk) = (arm(json!({"anonymous_id": phone})), arm(json!({"anonymous_id": desk})));
        for device in [&phone, &desk] {
            shop.advance("1s");
            let login = json!({"anonymousId": device, "userId": user});
            shop.page_sends(&[identify(&format!("login-{device}"), &login, &json!({}))]);
        }
        let all = [json!({"anonymous_id": phone}), json!({"anonymous_id": desk}), json!({"user_id": user})].map(arm);
        assert!(all.iter().all(|one| *one == all[0]), "{all:?}");
        assert!(all[0] == on_phone || all[0] == on_desk, "nobody draws anew: {all:?}, before {on_phone} {on_desk}");
        moved += usize::from(on_phone != on_desk);
    }
    assert!(moved >= 6, "two devices mostly drew two variants before: {moved}");
}

/// Shares hold: of the holdout, of the traffic, of each variant. The bounds are wider than five standard deviations.
#[test]
fn shares_hold_over_two_thousand_people() {
    let shop = open();
    publish(&shop, &json!({"setting": {"holdout_share": {"value": 0.05}}}));
    let split = json!({"traffic": 0.8, "variants": {
        "control": {"share": 0.5}, "a": {"share": 0.3, "contents": "boots"}, "b": {"share": 0.2, "contents": "tents"},
    }});
    experience(&shop, "split", &showing("boots", "true", &split));
    let people = 2_000;
    let events: Vec<Value> = (0..people)
        .map(|n| {
            identify(&format!("i{n}"), &json!({"userId": format!("p{n}"), "context": granting(&["site"])}), &json!({}))
        })
        .collect();
    shop.page_sends(&events);
    let mut counts = std::collections::BTreeMap::<String, f64>::new();
    for number in 0..people {
        let decision = one(&shop.secret, &json!({"user_id": format!("p{number}")}));
        let arm = decision["variant"].as_str().unwrap_or(decision["reason"].as_str().unwrap()).to_owned();
        let chance = decision["grounds"]["propensity"].as_f64().unwrap();
        let expected = match arm.as_str() {
            "HOLDOUT" => 0.05,
            "DEFAULT" => 0.95 * 0.2,
            "control" => 0.95 * 0.8 * 0.5,
            "a" => 0.95 * 0.8 * 0.3,
            "b" => 0.95 * 0.8 * 0.2,
            other => panic!("{other}: {decision}"),
        };
        assert!((chance - expected).abs() < 1e-9, "{decision}");
        *counts.entry(arm).or_default() += 1.0;
    }
    for (arm, share) in [("HOLDOUT", 0.05), ("DEFAULT", 0.19), ("control", 0.38), ("a", 0.228), ("b", 0.152)] {
        let bound = 5.0 * (share * (1.0 - share) * f64::from(people)).sqrt();
        let (count, expected) = (counts[arm], share * f64::from(people));
        assert!((count - expected).abs() < bound, "{arm}: {count}, expected {expected} ± {bound}");
    }
}

/// A cap counts the call before, also when the next one comes at the same moment, and on one page.
#[test]
fn caps_hold_on_the_very_next_call_and_end_by_themselves() {
    let mut shop = open();
    experience(
        &shop,
        "often",
        &showing("boots", "true", &json!({"caps": [{"most": 2, "per": "1d"}, {"most": 3, "per": "7d"}]})),
    );
    shop.grant("user_id:ana", &["site"]);
    let ana = json!({"user_id": "ana", "explain": true});
    let reasons = |shop: &Shop, times: usize| -> Vec<Value> {
        (0..times).map(|_| one(&shop.secret, &ana)["reason"].clone()).collect()
    };
    assert_eq!(reasons(&shop, 3), ["SPLIT", "SPLIT", "CAPPED"]);
    let capped = one(&shop.secret, &ana);
    assert_eq!((gist(&capped), shown(&capped)), ("-/- because CAPPED".into(), vec!["welcome"]));
    let detail = capped["grounds"]["rejected"][0]["detail"].clone();
    assert_eq!((&rejected(&capped)["often"], detail), (&json!("capped"), json!("2026-03-03T10:00:00Z")));
    assert_eq!(replay(&shop, id(&capped)), "SAME");
    // Another device of hers has the same caps, and a crash forgets none.
    shop.page_sends(&[identify("login", &json!({"userId": "ana", "anonymousId": "phone"}), &json!({}))]);
    assert_eq!(one(&shop.web, &json!({"anonymous_id": "phone"}))["reason"], "CAPPED");
    // What a call sends waits until it is durable, and so is all before it.
    shop.page_sends(&[track("Seen", "s", &json!({"userId": "ana"}), &json!({}))]);
    shop.server.kill9();
    shop.start_again_at(at(START));
    assert_eq!(one(&shop.secret, &ana)["reason"], "CAPPED");
    shop.advance("23h59m59s");
    assert_eq!(reasons(&shop, 1), ["CAPPED"]);
    shop.advance("1s");
    assert_eq!(reasons(&shop, 2), ["SPLIT", "CAPPED"], "the third of the week");
    shop.advance("6d");
    assert_eq!(reasons(&shop, 3), ["SPLIT", "SPLIT", "CAPPED"], "and the first two of the week are over");
    // Somebody else has caps of his own; of nobody, none can hold.
    shop.grant("user_id:ben", &["site"]);
    assert_eq!(one(&shop.secret, &json!({"user_id": "ben"}))["reason"], "SPLIT");
    (0..4).for_each(|_| assert_eq!(one(&shop.web, &json!({"nonce": "n"}))["reason"], "SPLIT"));
}

/// Of calls that come at once, no more get through a cap than one after another would.
#[test]
fn caps_hold_for_calls_that_come_at_once() {
    let shop = open();
    experience(&shop, "thrice", &showing("boots", "true", &json!({"caps": [{"most": 3, "per": "1d"}]})));
    shop.page_sends(&[identify(
        "i",
        &json!({"userId": "ana", "anonymousId": "c1", "context": granting(&["site"])}),
        &json!({}),
    )]);
    let reasons: Vec<Value> = thread::scope(|scope| {
        let ask = |number: usize| {
            let client = shop.server.write();
            let who = if number.is_multiple_of(2) { json!({"user_id": "ana"}) } else { json!({"anonymous_id": "c1"}) };
            scope.spawn(move || [(); 5].map(|()| one(&client, &who)["reason"].clone()))
        };
        let threads: Vec<_> = (0..6).map(ask).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    let count = |word: &str| reasons.iter().filter(|reason| **reason == word).count();
    assert_eq!((count("SPLIT"), count("CAPPED")), (3, 27), "{reasons:?}");
}

/// Merged, what two were shown counts for one; taken back, each has their own again.
#[test]
fn a_merge_adds_caps_up_and_an_unmerge_gives_them_back() {
    let shop = open();
    experience(&shop, "twice", &showing("boots", "true", &json!({"caps": [{"most": 2, "per": "1d"}]})));
    for who in ["ana", "ben"] {
        shop.grant(&format!("user_id:{who}"), &["site"]);
    }
    let reason = |who: &str| one(&shop.secret, &json!({"user_id": who}))["reason"].clone();
    let old = one(&shop.secret, &json!({"user_id": "ben"}));
    assert_eq!((reason("ana"), &old["reason"]), (json!("SPLIT"), &json!("SPLIT")));
    shop.advance("1s");
    shop.server_sends(&[json!({"type": "alias", "messageId": "al", "userId": "ana", "previousId": "ben"})]);
    assert_eq!(shop.id("user_id:ana"), shop.id("user_id:ben"));
    assert_eq!((reason("ana"), reason("ben")), (json!("CAPPED"), json!("CAPPED")));
    assert_eq!(replay(&shop, id(&old)), "SAME");
    _ = shop.secret.post("/v1/profiles/user_id:ana/unmerge", &json!({})).expect(200);
    assert_ne!(shop.id("user_id:ana"), shop.id("user_id:ben"));
    for who in ["ana", "ben"] {
        assert_eq!((reason(who), reason(who)), (json!("SPLIT"), json!("CAPPED")), "{who}");
    }
    assert_eq!(replay(&shop, id(&old)), "SAME");
}

/// While two were one, a decision looked at both: an unmerge takes its record away, so that it tells nobody of the other
/// one, neither now nor once the other one is erased.
#[test]
fn an_unmerge_takes_away_what_looked_at_both() {
    let mut shop = open();
    let greeting = r#"{{ profile.city | "here" }} {{ profile.club | "none" }}"#;
    publish(
        &shop,
        &json!({"trait": {"club": {"holds": "text"}},
                           "content": {"boots": content(&json!({"en": {"title": greeting}}))}}),
    );
    experience(&shop, "hello", &showing("boots", "true", &json!({"caps": [{"most": 4, "per": "1d"}]})));
    for (who, told) in [("ana", json!({"city": "Quimperlé-7d1e"})), ("ben", json!({"club": "chess-9f2c"}))] {
        let who = json!({"userId": who, "context": granting(&["site"])});
        shop.page_sends(&[identify(&format!("i{who}"), &who, &told)]);
    }
    let ask = |shop: &Shop, who: &str| one(&shop.secret, &json!({"user_id": who}));
    let before = ask(&shop, "ana");
    shop.advance("1s");
    shop.server_sends(&[json!({"type": "alias", "messageId": "al", "userId": "ana", "previousId": "ben"})]);
    let both = [ask(&shop, "ana"), ask(&shop, "ben")];
    for decision in &both {
        assert_eq!(decision["contents"][0]["payload"]["title"], "Quimperlé-7d1e chess-9f2c");
    }
    assert_eq!(replay(&shop, id(&both[0])), "SAME", "it is saved");
    shop.advance("1s");
    let unsaved = ask(&shop, "ben");
    _ = shop.secret.post("/v1/profiles/user_id:ana/unmerge", &json!({})).expect(200);
    let gone = |shop: &Shop| {
        for decision in both.iter().chain([&unsaved]) {
            let told = shop.secret.get(&format!("/v1/decisions/{}", id(decision))).expect(404).json();
            assert_eq!(told["code"], "NOT_FOUND", "{told}");
        }
        assert_eq!(replay(shop, id(&before)), "SAME", "what looked at her alone stays");
    };
    // What is decided from then on looks at one again, and stays: also what comes before that is saved.
    shop.advance("1s");
    let after = [ask(&shop, "ana"), ask(&shop, "ben")];
    gone(&shop);
    for decision in &after {
        assert_eq!(replay(&shop, id(decision)), "SAME");
    }
    assert_eq!(shop.export("user_id:ana")["decisions"].as_array().unwrap().len(), 2);
    // What was shown stays counted for whom it was asked.
    let left = |who: &str| (0..3).filter(|_| ask(&shop, who)["reason"] == "SPLIT").count();
    assert_eq!((left("ana"), left("ben")), (1, 1));
    _ = shop.secret.delete("/v1/profiles/user_id:ben").expect(200);
    gone(&shop);
    shop.server.stop();
    assert_eq!(crate::bytes::found(shop.folder(), &["chess-9f2c"]), None);
    shop.start_again_at(at("2026-03-02 10:00:03"));
    gone(&shop);
    assert_eq!(replay(&shop, id(&after[0])), "SAME");
}

/// A record is kept as long as an event, also of somebody who sends none.
#[test]
fn records_of_decisions_expire_by_themselves() {
    let mut shop = open();
    publish(&shop, &json!({"setting": {"retention_days": {"value": 30}}}));
    experience(&shop, "walk", &showing("boots", "true", &json!({"caps": [{"most": 2, "per": "7d"}]})));
    shop.grant("user_id:ana", &["site"]);
    let ask = |shop: &Shop| one(&shop.secret, &json!({"user_id": "ana"}));
    let decisions = |shop: &Shop| shop.export("user_id:ana")["decisions"].as_array().unwrap().len();
    let first = ask(&shop);
    shop.advance("10d");
    let second = ask(&shop);
    shop.advance("20d");
    assert_eq!((replay(&shop, id(&first)), decisions(&shop)), ("SAME".into(), 2));
    shop.advance("1d");
    assert_eq!(shop.secret.get(&format!("/v1/decisions/{}", id(&first))).expect(404).json()["code"], "NOT_FOUND");
    assert_eq!((replay(&shop, id(&second)), decisions(&shop)), ("SAME".into(), 1));
    // Neither a crash nor a time without the program keeps what is over.
    shop.server.kill9();
    shop.start_again_at(at("2026-04-15 10:00"));
    assert_eq!(decisions(&shop), 0);
    assert_eq!(shop.secret.get(&format!("/v1/decisions/{}", id(&second))).expect(404).json()["code"], "NOT_FOUND");
    assert_eq!(ask(&shop)["reason"], "SPLIT");
}

/// Somebody who sends more than a record can hold is answered neutrally, and harms nobody: neither those who share the
/// log nor those who are merged with them.
#[test]
fn a_person_too_large_for_a_record_harms_nobody() {
    let mut shop = open();
    experience(&shop, "walk", &showing("boots", r#"events("Seen").where(what != "x").count() > 0"#, &json!({})));
    let text = "Quimper ".repeat(3_500);
    let seen: Vec<Value> = (0..60)
        .map(|n| {
            let who = json!({"userId": "ana", "context": granting(&["site"])});
            track("Seen", &format!("s{n}"), &who, &json!({"what": format!("{n} {text}")}))
        })
        .collect();
    seen.chunks(10).for_each(|some| shop.page_sends(some));
    shop.grant("user_id:ben", &["site"]);
    let ask = |shop: &Shop, who: &str| one(&shop.secret, &json!({"user_id": who}));
    let large = ask(&shop, "ana");
    assert_eq!(
        (&large["reason"], &large["error"], shown(&large)),
        (&json!("ERROR"), &json!("OVERLOADED"), vec!["welcome"])
    );
    assert_eq!(gist(&ask(&shop, "ben")), "-/- because NOT_ELIGIBLE");
    shop.server_sends(&[json!({"type": "alias", "messageId": "al", "userId": "ana", "previousId": "ben"})]);
    assert_eq!(shop.count("user_id:ben", "Seen"), 60);
    assert_eq!(ask(&shop, "ben")["reason"], "ERROR");
    shop.server.kill9();
    shop.start_again_at(at(START));
    assert_eq!((shop.count("user_id:ben", "Seen"), ask(&shop, "ana")["reason"].clone()), (60, json!("ERROR")));
    assert_eq!(shop.status()["partitions_closed"].as_u64().unwrap_or(0), 0);
}

/// What a person closes is closed in segments too: a trait with a purpose of its own, once that is withdrawn, and what
/// a source may not serve.
#[test]
fn a_segment_opens_nothing_that_its_traits_keep_closed() {
    let shop = open();
    publish(
        &shop,
        &json!({
            "trait": {"place": {"holds": "text", "purpose": "location"}, "tier": {"holds": "text"}},
            "source": {"cards": {"kind": "partner", "reliability": 0.9, "basis": "contract", "serves": ["email"]}},
            "segment": {"near": {"condition": r#"profile.place == "Brest""#}, "not-far": {"condition": r#"segment("near")"#},
                        "gold": {"condition": r#"profile.tier == "gold""#}, "others": {"condition": r#"!segment("gold")"#}},
        }),
    );
    let who = json!({"userId": "ana", "context": granting(&["site", "location"])});
    shop.page_sends(&[identify("i", &who, &json!({"place": "Brest"}))]);
    let cards = shop.key_for("secret", "cards");
    crate::shop::send(&cards, &[identify("c", &json!({"userId": "ana"}), &json!({"tier": "gold"}))]);
    experience(&shop, "rain", &showing("boots", r#"segment("not-far")"#, &json!({})));
    let ask = |shop: &Shop| gist(&one(&shop.secret, &json!({"user_id": "ana"})));
    assert_eq!(ask(&shop), "rain/a because SPLIT");
    shop.refuse("user_id:ana", &["location"]);
    let closed = one(&shop.secret, &json!({"user_id": "ana"}));
    assert_eq!(gist(&closed), "-/- because NOT_ELIGIBLE");
    assert_eq!(replay(&shop, id(&closed)), "SAME");
    assert!(shop.is_in("user_id:ana", "near"), "she is in it as before; it only opens nothing");
    experience(&shop, "rain", &showing("boots", r#"segment("gold")"#, &json!({})));
    assert_eq!(ask(&shop), "-/- because NOT_ELIGIBLE", "the contract serves e-mail");
    experience(&shop, "rain", &showing("boots", r#"segment("others")"#, &json!({})));
    assert_eq!(ask(&shop), "rain/a because SPLIT", "as if nothing were known of it");
    // Each segment is judged once, however many ways lead to it.
    let mut ladder = json!({"s0": {"condition": r#"profile.place != "Rome""#}, "s1": {"condition": "true"}});
    for step in 2..60 {
        let condition = format!(r#"segment("s{}") || segment("s{}")"#, step - 1, step - 2);
        ladder[format!("s{step}")] = json!({"condition": condition});
    }
    publish(&shop, &json!({"segment": ladder}));
    experience(&shop, "rain", &showing("boots", r#"segment("s59")"#, &json!({})));
    assert_eq!(ask(&shop), "rain/a because SPLIT");
}

/// Whoever is erased takes the decisions about them along.
#[test]
fn of_an_erased_person_no_decision_can_be_read_or_made_again() {
    let mut shop = open_with(Options::default());
    experience(&shop, "hello", &showing("boots", r#"profile.city == "Quimperlé-7d1e""#, &json!({})));
    publish(
        &shop,
        &json!({"placement": {"mail": crate::deciding::placement("email", "letter-to")},
        "content": {"letter-to": content(&json!({"en": {"text": "Hi."}})),
                    "mailed": content(&json!({"en": {"text": r#"{{ profile.first_name | "You" }} of {{ profile.city | "here" }}"#}}))},
        "experience": {"mailed": showing("mailed", "true", &json!({"placements": "mail"}))}}),
    );
    let who = json!({"userId": "account-4711", "context": granting(&["site", "email"])});
    shop.page_sends(&[identify("i", &who, &json!({"first_name": "Yasmina", "city": "Quimperlé-7d1e"}))]);
    let asked = json!({"user_id": "account-4711", "placements": ["home", "mail"], "nonce": "nonce-5150"});
    let decisions = decide(&shop.secret, &asked)["decisions"].clone();
    assert_eq!(decisions[1]["contents"][0]["payload"]["text"], "Yasmina of Quimperlé-7d1e");
    assert_eq!((replay(&shop, id(&decisions[0])), replay(&shop, id(&decisions[1]))), ("SAME".into(), "SAME".into()));
    // One more, of which nothing is saved yet when she is erased.
    let last = one(&shop.secret, &json!({"user_id": "account-4711"}));
    _ = shop.secret.delete("/v1/profiles/user_id:account-4711").expect(200);
    let erased = |shop: &Shop| {
        for decision in decisions.as_array().unwrap().iter().chain([&last]) {
            let path = format!("/v1/decisions/{}", id(decision));
            let replay = shop.secret.post(&format!("{path}/replay"), &json!({})).expect(200).json();
            assert_eq!(replay, json!({"outcome": "ERASED"}));
            assert_eq!(shop.secret.get(&path).expect(404).json()["code"], "NOT_FOUND");
        }
    };
    erased(&shop);
    shop.server.stop();
    let traces = ["account-4711", "Yasmina", "nonce-5150"];
    assert_eq!(crate::bytes::found(shop.folder(), &traces), None);
    shop.start_again_at(at(START));
    erased(&shop);
    assert_eq!(gist(&one(&shop.secret, &json!({"user_id": "account-4711"}))), "-/- because NO_DATA");
}

/// A second after it was answered a decision is durable: found again after a power cut, and made again.
#[test]
fn a_decision_is_still_there_after_a_power_cut() {
    let mut shop = open();
    experience(&shop, "walk", &showing("boots", "true", &json!({})));
    shop.grant("user_id:ana", &["site"]);
    let decision = one(&shop.secret, &json!({"user_id": "ana"}));
    // Anything that waits for the log behind it: no need to sleep for that second.
    shop.page_sends(&[track("Seen", "s", &json!({"userId": "ana"}), &json!({}))]);
    shop.server.kill9();
    shop.start_again_at(at(START));
    assert_eq!(record(&shop, id(&decision))["decision"], decision);
    assert_eq!(replay(&shop, id(&decision)), "SAME");
}

/// Impressions and clicks name the decision, and count like any event.
#[test]
fn impressions_and_clicks_that_name_their_decision_are_counted() {
    let shop = open();
    experience(&shop, "walk", &showing("boots", "true", &json!({})));
    shop.segment("clicked", r#"events("Click").where(experience == "walk" && variant == "a").count() > 0"#);
    shop.segment("saw-thrice", r#"events("Impression").within("7d").count() >= 3"#);
    shop.grant("anonymous_id:c1", &["site"]);
    for number in 0..3 {
        let decision = one(&shop.web, &json!({"anonymous_id": "c1"}));
        let what = json!({"decision_id": id(&decision), "experience": decision["experience"], "variant": decision["variant"],
                          "content": shown(&decision)[0]});
        let seen = track("Impression", &format!("im{number}"), &json!({"anonymousId": "c1"}), &what);
        assert!(!shop.is_in("anonymous_id:c1", "saw-thrice"));
        shop.page_sends(&[seen]);
        if number == 2 {
            let click = track("Click", "cl", &json!({"anonymousId": "c1"}), &what);
            assert_eq!(shown(&one(&shop.web, &json!({"anonymous_id": "c1", "events": [click]}))), ["boots"]);
        }
    }
    assert_eq!((shop.size("clicked"), shop.size("saw-thrice")), (1, 1));
    let click = shop.timeline("anonymous_id:c1").into_iter().find(|event| event["event"] == "Click").unwrap();
    let record = record(&shop, click["properties"]["decision_id"].as_str().unwrap());
    assert_eq!(record["decision"]["experience"], "walk");
}

/// An audience may look at events that no segment looks at: what came before the publication counts.
#[test]
fn an_audience_knows_the_history_from_before_its_publication() {
    let mut shop = open();
    let order = |who: &str, id: &str, ago: &str| {
        let context =
            json!({"userId": who, "context": granting(&["site"]), "timestamp": crate::shop::before(START, ago)});
        track("Order Completed", id, &context, &json!({"total": 40, "products": [{"category": "boots"}]}))
    };
    shop.page_sends(&[order("ana", "o1", "20d"), order("old", "o2", "181d")]);
    // It is about what is known, not about what is a reason.
    publish(&shop, &json!({"setting": {"restraint": {"stale_after_days": 730}}}));
    let audience = r#"events("Order Completed").within("180d").count() > 0"#;
    experience(&shop, "buyers", &showing("boots", audience, &json!({})));
    let gists = |shop: &Shop| ["ana", "old"].map(|who| gist(&one(&shop.secret, &json!({"user_id": who}))));
    let expected = ["buyers/a because SPLIT", "-/- because NOT_ELIGIBLE"];
    assert_eq!(gists(&shop), expected);
    // Another one that looks deeper, at a property that was not kept until now.
    let deeper = r#"events("Order Completed").where(products.exists(p, p.category == "boots")).count() > 0"#;
    let first = json!({"priority": 1});
    experience(&shop, "boot-buyers", &showing("tents", deeper, &first));
    assert_eq!(gists(&shop), ["boot-buyers/a because SPLIT", "boot-buyers/a because SPLIT"]);
    _ = shop.secret.delete("/v1/definitions/experience/boot-buyers?wait=true").expect(200);
    shop.server.kill9();
    shop.start_again_at(at(START));
    assert_eq!(gists(&shop), expected);
    shop.advance("160d");
    assert_eq!(gists(&shop), [expected[1], expected[1]]);
    let again = one(&shop.secret, &json!({"user_id": "ana", "events": [order("ana", "o3", "0ms")]}));
    assert_eq!(gist(&again), expected[0], "that order is 160 days old");
}

/// The copy that a person is owed holds what was decided for them, with all that it rested on.
#[test]
fn the_copy_of_everything_holds_the_decisions() {
    let shop = open();
    experience(&shop, "owners", &showing("boots", r#"events("Order Completed").count() > 0"#, &json!({})));
    shop.grant("user_id:ana", &["site"]);
    shop.server_sends(&[track("Order Completed", "o1", &json!({"userId": "ana"}), &json!({}))]);
    let told = one(&shop.secret, &json!({"user_id": "ana"}));
    _ = one(&shop.secret, &json!({"user_id": "somebody-else"}));
    let copy = shop.export("user_id:ana");
    let decisions = copy["decisions"].as_array().unwrap();
    assert_eq!(decisions.len(), 1, "{copy}");
    assert_eq!(decisions[0]["decision"], told);
    assert_eq!(decisions[0]["decision"]["grounds"]["evidence"][0]["events"]["matched"], 1);
}

/// On a page with one purpose granted and one refused, what was drawn for the refused one is nobody's: it takes no cap
/// of the person's, and is only counted.
#[test]
fn what_is_drawn_without_consent_is_not_counted_on_the_person() {
    let shop = open();
    publish(&shop, &json!({"placement": {"mail": {"channel": "email", "neutral": "welcome"}}}));
    let once = json!({"placements": ["home", "mail"], "caps": [{"most": 1, "per": "7d"}]});
    experience(&shop, "night", &showing("tents", "request.hour >= 0", &once));
    shop.grant("user_id:ana", &["site"]);
    let mail = json!({"user_id": "ana", "placements": ["mail"]});
    let before = decide(&shop.secret, &json!({"user_id": "ana", "placements": ["mail", "home"]}));
    assert!(before["decisions"][0]["grounds"].get("unit").is_none(), "{before}");
    for _ in 0..3 {
        assert_eq!(shown(&decide(&shop.secret, &mail)["decisions"][0]), ["tents"], "nobody's caps");
    }
    assert!(shop.status()["anonymous"]["decision:night/a"].as_u64().unwrap() >= 3, "{}", shop.status());
}

/// A page that keeps no nonce is drawn for anew with each call: not everybody who refuses meets the same arm.
#[test]
fn without_a_nonce_each_call_draws_anew() {
    let shop = open();
    let half = json!({"variants": {"control": {"share": 0.5}, "a": {"share": 0.5, "contents": "tents"}}});
    experience(&shop, "day", &showing("tents", "request.hour >= 0", &half));
    let met: std::collections::BTreeSet<String> = (0..40).map(|_| gist(&one(&shop.web, &json!({})))).collect();
    assert_eq!(met.len(), 2, "{met:?}");
}

/// Ids of decisions that are not kept lead to no record, also not to one that comes later.
#[test]
fn a_decision_without_consent_never_has_the_id_of_a_record() {
    let shop = open();
    experience(&shop, "day", &showing("tents", "request.hour >= 0", &json!({})));
    shop.grant("user_id:ana", &["email"]);
    let ana = json!({"user_id": "ana"});
    let refused: Vec<_> = (0..3).map(|_| one(&shop.secret, &ana)).collect();
    shop.grant("user_id:ana", &["site"]);
    let kept = one(&shop.secret, &ana);
    assert_eq!(replay(&shop, id(&kept)), "SAME");
    for decision in &refused {
        assert_ne!(id(decision), id(&kept));
        let answer = shop.secret.get(&format!("/v1/decisions/{}", id(decision))).expect(404).json();
        assert!(answer["message"].as_str().unwrap().contains("did not consent"), "{answer}");
    }
    let ids: std::collections::BTreeSet<_> = refused.iter().map(|decision| id(decision).to_owned()).collect();
    assert_eq!(ids.len(), 3);
}

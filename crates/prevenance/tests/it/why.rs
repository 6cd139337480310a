//! Why somebody sees what they see, and what they can do about it.

use serde_json::{Map, Value, json};

use crate::{
    deciding::{content, decide, experience, gist, id, one, open, placement, publish, showing},
    shop::{Shop, granting, identify, track},
};

/// The decision for `home` with its reason in words.
fn with_why(shop: &Shop, user: &str) -> Value {
    one(&shop.secret, &json!({"user_id": user, "why": true}))
}

/// Does what a lever says, as the person's page would.
fn pull(shop: &Shop, user: &str, lever: &Value, message: &str) {
    let event = json!({
        "type": "track", "event": lever["event"], "properties": lever["properties"],
        "userId": user, "messageId": message,
    });
    shop.page_sends(&[event]);
}

fn lever<'a>(decision: &'a Value, pull: &str) -> &'a Value {
    let levers = decision["why"]["levers"].as_array().unwrap();
    levers.iter().find(|lever| lever["pull"] == pull).unwrap_or_else(|| panic!("{decision}"))
}

/// Somebody who looked at boots so many times.
fn looked(shop: &Shop, user: &str, times: usize) {
    let who = json!({"userId": user, "context": granting(&["site"])});
    let views =
        (0..times).map(|n| track("Product Viewed", &format!("{user}-{n}"), &who, &json!({"category": "boots"})));
    shop.page_sends(&[vec![identify(&format!("{user}-i"), &who, &json!({}))], views.collect()].concat());
}

/// proves GOV-05
#[test]
fn a_zone_says_why_in_two_languages_and_the_reason_can_be_removed() {
    let shop = open();
    shop.segment("lookers", r#"events("Product Viewed").within("30d").where(category == "boots").count() >= 2"#);
    experience(&shop, "boots", &showing("boots", r#"segment("lookers")"#, &json!({})));
    looked(&shop, "ana", 3);
    let seen = with_why(&shop, "ana");
    assert_eq!(gist(&seen), "boots/a because SPLIT");
    assert_eq!(seen["why"]["rests_on"], "person");
    assert_eq!(seen["why"]["en"], "You see this because you looked at products (3 times, today).");
    assert_eq!(seen["why"]["fr"], "Vous voyez ceci parce que vous avez regardé des produits (3 fois, aujourd’hui).");
    // The segment is explained by what it rests on, down to the event.
    assert_eq!(seen["why"]["evidence"][0]["events"]["event"], "Product Viewed");
    // What was told is told again from the record.
    let again = shop.secret.get(&format!("/v1/decisions/{}/why", id(&seen))).expect(200).json();
    assert_eq!(again, seen["why"]);
    shop.segment("choosy", r#"events("Evidence Removed").count() >= 1"#);
    pull(&shop, "ana", lever(&seen, "remove"), "r1");
    assert!(shop.is_in("user_id:ana", "choosy"), "a removal is an event like any other");
    let after = with_why(&shop, "ana");
    assert_eq!(gist(&after), "-/- because NOT_ELIGIBLE");
    assert_eq!(after["why"]["en"], "You see what everybody sees.");
    assert!(!shop.is_in("user_id:ana", "lookers"), "removed for segments, too");
    // What happens later counts again.
    looked(&shop, "bob", 0);
    shop.advance("1h");
    let who = json!({"userId": "ana", "context": granting(&["site"])});
    let more = (0..2).map(|n| track("Product Viewed", &format!("later-{n}"), &who, &json!({"category": "boots"})));
    shop.page_sends(&more.collect::<Vec<_>>());
    assert_eq!(gist(&with_why(&shop, "ana")), "boots/a because SPLIT");
}

#[test]
fn a_page_is_told_the_sentence_and_the_levers_but_no_value_and_no_evidence() {
    let shop = open();
    experience(&shop, "local", &showing("boots", r#"profile.city == "Brest""#, &json!({})));
    let who = json!({"userId": "ana", "anonymousId": "phone", "context": granting(&["site"])});
    shop.server_sends(&[identify("i", &who, &json!({"city": "Brest"}))]);
    let told = with_why(&shop, "ana");
    assert_eq!(told["why"]["fr"], "Vous voyez ceci parce que vous nous avez donné votre ville (Brest).");
    // Anybody can name an account: who cannot prove it is told nothing of what is known.
    let anybody = one(&shop.web, &json!({"user_id": "ana", "why": true}));
    assert_eq!(anybody["why"]["en"], "You see this because of what we know of you. Log in to read more.");
    let pulls: Vec<_> = anybody["why"]["levers"].as_array().unwrap().iter().map(|lever| &lever["pull"]).collect();
    assert_eq!((pulls, anybody["why"].get("evidence")), (vec![&json!("less"), &json!("never")], None));
    let page = one(&shop.web, &json!({"anonymous_id": "phone", "why": true}));
    assert_eq!(page["why"]["fr"], "Vous voyez ceci parce que vous nous avez donné votre ville.");
    assert_eq!(page["why"].get("evidence"), None);
    assert_eq!(lever(&page, "remove")["properties"], json!({"trait": "city"}));
    assert_eq!(one(&shop.web, &json!({"user_id": "ana"})).get("why"), None, "only if it is asked for");
}

#[test]
fn less_keeps_an_experience_away_for_thirty_days_and_never_for_ever() {
    let shop = open();
    experience(&shop, "boots", &showing("boots", "true", &json!({})));
    for user in ["ana", "bob"] {
        looked(&shop, user, 0);
    }
    let seen = with_why(&shop, "ana");
    assert_eq!((&seen["why"]["rests_on"], gist(&seen).as_str()), (&json!("everybody"), "boots/a because SPLIT"));
    pull(&shop, "ana", lever(&seen, "less"), "less");
    pull(&shop, "bob", lever(&seen, "never"), "never");
    let ask = |user: &str| one(&shop.secret, &json!({"user_id": user, "explain": true}));
    for user in ["ana", "bob"] {
        let refused = ask(user);
        assert_eq!(gist(&refused), "-/- because NOT_ELIGIBLE");
        assert_eq!(refused["grounds"]["rejected"][0]["why"], "refused");
    }
    assert_eq!(ask("ana")["grounds"]["rejected"][0]["detail"], "2026-04-01T10:00:00Z");
    shop.advance("29d");
    assert_eq!(gist(&ask("ana")), "-/- because NOT_ELIGIBLE");
    shop.advance("2d");
    assert_eq!(gist(&ask("ana")), "boots/a because SPLIT");
    assert_eq!(gist(&ask("bob")), "-/- because NOT_ELIGIBLE");
}

#[test]
fn a_refused_tag_keeps_away_all_that_carries_it() {
    let shop = open();
    let mut snow = content(&json!({"fr": {"title": "Neige"}, "en": {"title": "Snow"}}));
    snow["tags"] = json!(["winter"]);
    publish(&shop, &json!({"content": {"snow": snow}}));
    experience(&shop, "snow", &showing("snow", "true", &json!({})));
    looked(&shop, "ana", 0);
    assert_eq!(gist(&with_why(&shop, "ana")), "snow/a because SPLIT");
    let refusal = json!({"event": "Content Refused", "properties": {"tag": "winter"}});
    pull(&shop, "ana", &refusal, "tag");
    assert_eq!(gist(&with_why(&shop, "ana")), "-/- because NOT_ELIGIBLE");
}

/// A control shows what everybody sees, and says so: another reason would be untrue, and would treat the control.
#[test]
fn a_control_is_told_no_reason_of_its_experience() {
    let shop = open();
    let all_control = json!({"variants": {"control": {"share": 0.9999}, "a": {"share": 0.0001, "contents": "boots"}}});
    experience(&shop, "boots", &showing("boots", r#"events("Product Viewed").count() > 0"#, &all_control));
    looked(&shop, "ana", 3);
    let seen = with_why(&shop, "ana");
    assert_eq!(gist(&seen), "boots/control because SPLIT");
    assert_eq!((&seen["why"]["rests_on"], &seen["why"]["levers"]), (&json!("neutral"), &json!([])));
    assert_eq!(seen["why"]["fr"], "Vous voyez ce que tout le monde voit.");
}

#[test]
fn what_rests_on_nothing_known_says_so() {
    let shop = open();
    publish(
        &shop,
        &json!({"placement": {"second": placement("web", "welcome"), "third": placement("web", "welcome")}}),
    );
    experience(&shop, "new", &showing("boots", r#"events("Order Completed").count() == 0"#, &json!({})));
    experience(&shop, "late", &showing("tents", "request.hour >= 8", &json!({"placements": "second"})));
    looked(&shop, "ana", 1);
    let body = json!({"user_id": "ana", "why": true, "placements": ["home", "second", "third"]});
    let seen = decide(&shop.secret, &body);
    let rests_on: Vec<_> = seen["decisions"].as_array().unwrap().iter().map(|one| &one["why"]["rests_on"]).collect();
    assert_eq!(rests_on, ["absence", "request", "neutral"]);
}

/// A generator of a test's own: the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % most
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len() as u64) as usize]
    }

    /// A random condition, in which facts speak for and against.
    fn condition(&mut self, depth: u64, segments: u64) -> String {
        match self.below(if depth == 0 { 5 } else { 8 }) {
            0 => format!(r#"profile.city == "{}""#, self.pick(&["Brest", "Lyon"])),
            1 => format!("profile.shoe_size >= {}", 36 + self.below(8)),
            2 | 3 => {
                let event = self.pick(&["Product Viewed", "Guide Read", "Order Completed"]);
                format!(r#"events("{event}").within("60d").count() >= {}"#, 1 + self.below(3))
            }
            4 if segments > 0 => format!(r#"segment("s{}")"#, self.below(segments)),
            4 => "has(profile.city)".to_owned(),
            5 => format!("!({})", self.condition(depth - 1, segments)),
            6 => format!("({} && {})", self.condition(depth - 1, segments), self.condition(depth - 1, segments)),
            _ => format!("({} || {})", self.condition(depth - 1, segments), self.condition(depth - 1, segments)),
        }
    }
}

/// Without the stated evidence something else is shown: over random conditions and persons, by the levers alone.
#[test]
fn removing_the_stated_evidence_changes_the_outcome() {
    const SEGMENTS: u64 = 8;
    const EXPERIENCES: u64 = 24;
    const PERSONS: u64 = 240;
    let (shop, mut dice) = (open(), Dice(20_260_302));
    shop.define("trait", "shoe_size", &json!({"holds": "number"}));
    for number in 0..SEGMENTS {
        let condition = dice.condition(2, number);
        shop.segment(&format!("s{number}"), &condition);
    }
    let (mut placements, mut experiences) = (Map::new(), Map::new());
    for number in 0..EXPERIENCES {
        let place = json!({"placements": format!("p{number}")});
        placements.insert(format!("p{number}"), placement("web", "welcome"));
        experiences.insert(format!("e{number}"), showing("boots", &dice.condition(3, SEGMENTS), &place));
    }
    publish(&shop, &json!({"placement": placements, "experience": experiences}));
    let (mut explained, mut changed) = (0, 0);
    for person in 0..PERSONS {
        let user = format!("u{person}");
        let who = json!({"userId": user, "context": granting(&["site"])});
        let traits = json!({"city": dice.pick(&["Brest", "Lyon"]), "shoe_size": 36 + dice.below(8)});
        let mut events = vec![identify(&format!("{user}-i"), &who, &traits)];
        for number in 0..dice.below(8) {
            let event = dice.pick(&["Product Viewed", "Guide Read", "Order Completed"]);
            events.push(track(event, &format!("{user}-{number}"), &who, &json!({})));
        }
        shop.server_sends(&events);
        let place = format!("p{}", dice.below(EXPERIENCES));
        let ask = || one(&shop.secret, &json!({"user_id": user, "placements": [place], "why": true, "preview": true}));
        let seen = ask();
        if seen["why"]["rests_on"] != "person" {
            continue;
        }
        let levers = seen["why"]["levers"].as_array().unwrap();
        let removals: Vec<_> = levers.iter().filter(|lever| lever["pull"] == "remove").collect();
        assert_eq!(removals.len(), seen["why"]["evidence"].as_array().unwrap().len(), "{seen}");
        for (number, removal) in removals.into_iter().enumerate() {
            pull(&shop, &user, removal, &format!("{user}-r{number}"));
        }
        explained += 1;
        changed += u64::from(gist(&ask()) != gist(&seen));
    }
    println!(
        "{changed} of {explained} outcomes changed; {} rested on nothing that can be removed",
        PERSONS - explained
    );
    assert!(explained > PERSONS / 4, "{explained} of {PERSONS} rest on the person");
    assert!(changed * 100 >= explained * 99, "{changed} of {explained}");
}

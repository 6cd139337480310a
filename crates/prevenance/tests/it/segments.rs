//! Section D of the requirements: who is in a segment, exactly and at once.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::shop::{START, Shop, before, granting, identify, send, track, with};

/// proves SEG-01: given "lives in Brest", the set is exactly that of a reference query.
#[test]
fn seg_01_one_variable_is_exactly_the_set_of_a_reference_query() {
    let shop = Shop::open();
    let cities = ["Brest", "brest", "Brest ", "Brest-sur-Mer", "Paris", "", "BREST", "Quimper", "Brest"];
    // Everybody once; every fifth moves to Brest later, every seventh away from it.
    let city_of = |number: usize| match number {
        _ if number.is_multiple_of(7) => "Lyon",
        _ if number.is_multiple_of(5) => "Brest",
        _ => cities[number % cities.len()],
    };
    let people: Vec<Value> = (0..200).map(|n| resident(n, "first", cities[n % cities.len()])).collect();
    shop.page_sends(&people);
    shop.segment("brest", r#"profile.city == "Brest""#);
    shop.advance("1h");
    let moves: Vec<Value> =
        (0..200).filter(|n| n % 5 == 0 || n % 7 == 0).map(|n| resident(n, "second", city_of(n))).collect();
    shop.page_sends(&moves);
    // Somebody whose city nobody said, and somebody who moves in and out again.
    shop.page_sends(&[with(
        &identify("nowhere", &json!({"userId": "nowhere"}), &json!({})),
        &json!({"context": granting(&["site"])}),
    )]);
    let reference: BTreeSet<usize> = (0..200).filter(|n| city_of(*n) == "Brest").collect();
    assert!(reference.len() > 20 && reference.len() < 100);
    let expected: BTreeSet<String> = reference.iter().map(|n| shop.id(&format!("user_id:p{n}"))).collect();
    assert_eq!(shop.members("brest"), expected);
    assert_eq!(shop.size("brest"), reference.len() as u64);

    shop.advance("1h");
    let mover = reference.first().unwrap();
    shop.page_sends(&[resident(*mover, "third", "Rennes")]);
    assert!(!shop.is_in(&format!("user_id:p{mover}"), "brest"));
    assert_eq!(shop.size("brest"), reference.len() as u64 - 1);
}

fn resident(number: usize, step: &str, city: &str) -> Value {
    let said = identify(&format!("{step}-{number}"), &json!({"userId": format!("p{number}")}), &json!({"city": city}));
    with(&said, &json!({"context": granting(&["site"])}))
}

/// One generated person of [`seg_02_several_variables_are_exactly_the_set_of_a_reference_query`].
struct Person {
    country: &'static str,
    gender: &'static str,
    /// Year and month of birth; the day is the 2nd, so that some turn 25 or 30 on the day of the test.
    born: (u16, u16),
    /// Days on which headphones were looked at.
    headphones: usize,
    orders: usize,
}

impl Person {
    fn draw(number: u64) -> Self {
        let mut state = number.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(1);
        let mut below = |limit: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % limit
        };
        Self {
            country: ["JP", "JP", "JP", "FR", "jp"][below(5) as usize],
            gender: ["female", "female", "male"][below(3) as usize],
            born: (1994 + below(9) as u16, 1 + below(12) as u16),
            headphones: below(4) as usize,
            orders: (below(3) / 2) as usize,
        }
    }

    /// The reference: what the condition says, computed by other means. Today is 2026-03-02.
    fn is_meant(&self) -> bool {
        let (year, month) = self.born;
        let age = 2026 - year - u16::from(month > 3);
        self.country == "JP"
            && self.orders == 0
            && self.headphones >= 2
            && self.gender == "female"
            && (25..=30).contains(&age)
    }

    fn events(&self, number: u64) -> Vec<Value> {
        let who = json!({"userId": format!("p{number}")});
        let (year, month) = self.born;
        let traits = json!({
            "country": self.country, "gender": self.gender, "birth_date": format!("{year}-{month:02}-02"),
        });
        let mut events =
            vec![with(&identify(&format!("i{number}"), &who, &traits), &json!({"context": granting(&["site"])}))];
        for day in 0..self.headphones {
            let mut view =
                track("Product Viewed", &format!("v{number}-{day}"), &who, &json!({"category": "headphones"}));
            view["timestamp"] = json!(before(START, &format!("{}d", day + 1)));
            events.push(view);
        }
        events.extend(
            (0..self.orders).map(|n| track("Order Completed", &format!("o{number}-{n}"), &who, &json!({"total": 20}))),
        );
        events
    }
}

/// Profiles here; the requirement's 50,000 and its second are the benchmark's, on a release build.
const PEOPLE: u64 = 2_000;

/// proves SEG-02: given Japan, never bought, likes headphones, woman 25 to 30, the set is exact and its count is live.
#[test]
fn seg_02_several_variables_are_exactly_the_set_of_a_reference_query() {
    let shop = Shop::open();
    let condition = r#"profile.country == "JP" && events("Order Completed").count() == 0
        && events("Product Viewed").where(category == "headphones").within("60d").days() >= 2
        && profile.gender == "female" && years_since(profile.birth_date) >= 25 && years_since(profile.birth_date) < 31"#;
    let people: Vec<Person> = (0..PEOPLE).map(Person::draw).collect();
    let events: Vec<Value> = people.iter().zip(0..).flat_map(|(person, number)| person.events(number)).collect();
    let (first, second) = events.split_at(events.len() / 2);
    first.chunks(2_000).for_each(|events| send(&shop.secret, events));
    // Half of them are filled from history, half come in live.
    shop.segment("headphone-fans", condition);
    second.chunks(2_000).for_each(|events| send(&shop.secret, events));

    let meant: Vec<usize> = (0..people.len()).filter(|number| people[*number].is_meant()).collect();
    assert!(meant.len() > 30, "the sample says something: {}", meant.len());
    let expected: BTreeSet<String> = meant.iter().map(|number| shop.id(&format!("user_id:p{number}"))).collect();
    assert_eq!(shop.members("headphone-fans"), expected);
    let ask = json!({"condition": condition, "budget_ms": 10_000});
    let preview = shop.secret.post("/v1/conditions/preview", &ask).expect(200).json();
    assert_eq!((&preview["count"], &preview["complete"]), (&json!(meant.len()), &json!(true)), "{preview}");
    let count = |names: &[&str]| shop.secret.post("/v1/segments/count", &json!({"all_of": names})).expect(200).json();
    shop.segment("women", r#"profile.gender == "female""#);
    assert_eq!(count(&["women", "headphone-fans"]), json!({"count": meant.len(), "complete": true}));

    // The count is live: one purchase, one fewer.
    let buyer = json!({"userId": format!("p{}", meant[0])});
    shop.server_sends(&[track("Order Completed", "first", &buyer, &json!({"total": 20}))]);
    assert_eq!(shop.size("headphone-fans"), meant.len() as u64 - 1);
    let preview = shop.secret.post("/v1/conditions/preview", &ask).expect(200).json();
    assert_eq!(preview["count"], meant.len() - 1);
}

/// proves SEG-03: given women 25 to 35, Paris, ethical fashion, an organic purchase in 6 months, a member leaves on day
/// 181 with no batch.
#[test]
fn seg_03_a_member_of_a_micro_segment_leaves_on_day_181_without_a_batch() {
    let shop = Shop::open();
    shop.segment(
        "paris-ethical",
        r#"profile.gender == "female" && years_since(profile.birth_date) >= 25 && years_since(profile.birth_date) < 36
           && profile.city == "Paris"
           && events("Product Viewed").where(category == "ethical-fashion").days() >= 2
           && events("Order Completed").where(products.exists(p, p.organic == true)).within("180d").count() > 0"#,
    );
    let base = json!({"gender": "female", "birth_date": "1996-10-01", "city": "Paris"});
    // Each but the first misses exactly one criterion.
    let people = [
        ("ana", base.clone(), 2, true),
        ("man", with(&base, &json!({"gender": "male"})), 2, true),
        ("older", with(&base, &json!({"birth_date": "1989-03-01"})), 2, true),
        ("lyon", with(&base, &json!({"city": "Lyon"})), 2, true),
        ("once", base.clone(), 1, true),
        ("plastic", base.clone(), 2, false),
    ];
    for (who, traits, days, organic) in &people {
        let id = json!({"userId": who});
        shop.page_sends(&[with(&identify(&format!("{who}-i"), &id, traits), &json!({"context": granting(&["site"])}))]);
        for day in 0..*days {
            let mut view =
                track("Product Viewed", &format!("{who}-v{day}"), &id, &json!({"category": "ethical-fashion"}));
            view["timestamp"] = json!(before(START, &format!("{}d", day + 1)));
            shop.page_sends(&[view]);
        }
        let products = json!({"products": [{"product_id": "a"}, {"product_id": "b", "organic": organic}]});
        shop.page_sends(&[track("Order Completed", &format!("{who}-o"), &id, &products)]);
    }
    let ana = BTreeSet::from([shop.id("user_id:ana")]);
    assert_eq!(shop.members("paris-ethical"), ana);
    let membership = shop.profile("user_id:ana")["memberships"][0].clone();
    assert_eq!(membership["since"], "2026-03-02T10:00:00Z");
    assert_eq!(membership["valid_until"], "2026-08-29T10:00:00Z", "she leaves on that second, if nothing happens");

    shop.advance("179d23h59m59s");
    assert_eq!(shop.members("paris-ethical"), ana, "day 180");
    shop.advance("1s");
    // Nobody read her since: the segment itself let her go.
    assert_eq!(shop.size("paris-ethical"), 0, "day 181");
    assert_eq!(shop.members("paris-ethical"), BTreeSet::new());
    assert!(!shop.is_in("user_id:ana", "paris-ethical"));
    // And the program that slept through the moment lets nobody stay.
    let again = json!({"products": [{"product_id": "b", "organic": true}]});
    shop.page_sends(&[track("Order Completed", "ana-o2", &json!({"userId": "ana"}), &again)]);
    assert_eq!(shop.members("paris-ethical"), ana);
    let mut shop = shop;
    shop.server.kill9();
    shop.start_again_at(crate::shop::at("2027-02-25 10:00"));
    assert_eq!(shop.size("paris-ethical"), 0, "181 days later, after a night out");
}

/// proves SEG-04: given frequent buyers, cart abandoners and those who clicked a given ad, whoever completes the
/// sequence is a member on the next request.
#[test]
fn seg_04_whoever_completes_a_sequence_is_a_member_on_the_next_request() {
    let shop = Shop::open();
    shop.segment("frequent", r#"events("Order Completed").within("90d").count() >= 3"#);
    shop.segment(
        "abandoned",
        r#"events("Product Added").within("3d").not_followed_by(events("Order Completed"), "4h").count() > 0"#,
    );
    shop.segment("clicked-spring", r#"events("Promotion Clicked").where(promotion_id == "spring").count() > 0"#);
    shop.segment(
        "ad-to-cart",
        r#"events("Promotion Clicked").where(promotion_id == "spring")
           .followed_by(events("Product Added"), "1h").without(events("Order Completed")).count() > 0"#,
    );
    shop.grant("anonymous_id:c1", &["site"]);
    let who = json!({"anonymousId": "c1"});
    let happens = |name: &str, id: &str, properties: Value| {
        shop.page_sends(&[track(name, id, &who, &properties)]);
        shop.segments_of("anonymous_id:c1").into_iter().collect::<Vec<_>>()
    };
    assert_eq!(happens("Promotion Clicked", "p1", json!({"promotion_id": "autumn"})), [""; 0]);
    assert_eq!(happens("Promotion Clicked", "p2", json!({"promotion_id": "spring"})), ["clicked-spring"]);
    assert_eq!(happens("Product Added", "a1", json!({"price": 129})), ["ad-to-cart", "clicked-spring"]);
    // The abandonment completes by nothing happening, at its moment.
    shop.advance("4h");
    assert!(!shop.is_in("anonymous_id:c1", "abandoned"), "within four hours is not over");
    shop.advance("1ms");
    assert!(shop.is_in("anonymous_id:c1", "abandoned"));
    assert_eq!(shop.size("abandoned"), 1);
    for id in ["o1", "o2"] {
        assert!(!happens("Order Completed", id, json!({"total": 129})).contains(&"frequent".to_owned()));
    }
    assert!(happens("Order Completed", "o3", json!({"total": 10})).contains(&"frequent".to_owned()));
    // In one batch with what completes it, by another person: no request in between.
    let one = |name: &str, id: &str, ago: &str| {
        let who = json!({"anonymousId": "c2", "timestamp": before(START, ago)});
        track(name, id, &who, &json!({"promotion_id": "spring"}))
    };
    shop.grant("anonymous_id:c2", &["site"]);
    let three = [("Promotion Clicked", "b1", "30m"), ("Order Completed", "b2", "20m"), ("Product Added", "b3", "10m")];
    shop.page_sends(&three.map(|(name, id, ago)| one(name, id, ago)));
    let segments: Vec<_> = shop.segments_of("anonymous_id:c2").into_iter().collect();
    assert_eq!(segments, ["abandoned", "clicked-spring"], "an order came between, and none after");
}

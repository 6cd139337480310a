//! Interests of persons: what makes one, what does not, and when a segment that asks for one turns.

use definition::{Kind, compile};
use model::{
    event::{BOT, Event},
    time::{Span, Timestamp},
    wish::{EVIDENCE_REMOVED, INTEREST_REFUSED},
};
use segment::membership::Membership;
use serde_json::json;

use crate::{
    check::check,
    events::{START, TRUSTED, alias, documents, event, hours, id, with},
    world::World,
};

const BOOTS: &[(&str, &str)] = &[("boots", r#"interest("category:boots") > 0.1"#)];

fn world(partitions: u16) -> World {
    World::new(partitions, compile(&mut documents(BOOTS), 1, None).unwrap(), START, 1)
}

/// A view of boots so many hours before the start.
fn view(number: usize, ago: i64, who: &[(&str, &str)]) -> Event {
    with(event(TRUSTED, number, START.minus(hours(ago)), "Product Viewed", who), "category", "boots")
}

fn entry(world: &World, user: &str) -> Option<Membership> {
    let boots = world.plan().segments.by_name(&"boots".into()).unwrap().number;
    world.find(&id("user_id", user)).unwrap().memberships.get(boots).copied()
}

fn is_in(world: &World, user: &str) -> bool {
    entry(world, user).is_some_and(|entry| entry.member)
}

#[test]
fn two_days_make_it_and_fading_ends_it_to_the_millisecond() {
    let mut world = world(1);
    world.send(view(0, 30, &[("user_id", "ana")]));
    world.send(view(1, 30, &[("user_id", "ana")]));
    check(&world);
    assert!(!is_in(&world, "ana"), "one day is tentative");
    world.send(view(2, 1, &[("user_id", "ana")]));
    check(&world);
    assert!(is_in(&world, "ana"));
    let until = entry(&world, "ana").unwrap().valid_until.unwrap();
    // 1 + 2·2^(−1/21) points at the beginning of the second day fall to 10/9.
    let points: f64 = 1.0 + 2.0 * 2f64.powf(-1.0 / 21.0);
    let days = 21.0 * (points * 9.0 / 10.0).log2();
    let day = START.minus(hours(10));
    assert_eq!(until.since(day).as_millis(), (days * 86_400_000.0) as i64 + 1);
    world.advance(until.minus(Span::from_millis(1)).since(world.now));
    check(&world);
    assert!(is_in(&world, "ana"));
    world.advance(Span::from_millis(1));
    check(&world);
    assert!(!is_in(&world, "ana"));
}

#[test]
fn what_a_shared_device_did_by_itself_is_nobodys() {
    for partitions in [1, 2, 8] {
        let mut world = world(partitions);
        let tablet = ("anonymous_id", "tablet");
        world.send(view(0, 50, &[tablet]));
        world.send(view(1, 20, &[tablet]));
        world.send(view(2, 1, &[("user_id", "ana"), tablet]));
        check(&world);
        assert!(is_in(&world, "ana"), "it was hers as far as anybody knew");
        world.send(event(TRUSTED, 3, START, "Something Else", &[("user_id", "ben"), tablet]));
        check(&world);
        assert!(!is_in(&world, "ana"), "with {partitions} partitions");
        assert!(!is_in(&world, "ben"));
        world.send(view(4, 100, &[("user_id", "ana"), tablet]));
        check(&world);
        assert!(is_in(&world, "ana"), "what she does in her account is hers");
    }
}

#[test]
fn a_day_with_more_events_than_a_person_makes_does_not_count() {
    let mut world = world(2);
    world.send(view(0, 30, &[("user_id", "ana")]));
    world.send(view(1, 1, &[("loyalty_card", "card")]));
    world.send(event(TRUSTED, 2, START, "Something Else", &[("user_id", "ana"), ("loyalty_card", "card")]));
    assert!(is_in(&world, "ana"));
    for number in 3..501 {
        let who = if number % 2 == 0 { ("user_id", "ana") } else { ("loyalty_card", "card") };
        world.send(event(TRUSTED, number, START, "Something Else", &[who]));
    }
    check(&world);
    assert!(is_in(&world, "ana"), "500 on one day, over both sides");
    world.send(event(TRUSTED, 501, START, "Something Else", &[("user_id", "ana")]));
    check(&world);
    assert!(!is_in(&world, "ana"), "one more");
}

#[test]
fn a_bot_makes_none_and_an_unmerge_takes_each_its_own() {
    let mut world = world(2);
    let bot = [(BOT, true.into())].into_iter().collect();
    world.send(Event { context: bot, ..view(0, 30, &[("user_id", "ana")]) });
    world.send(view(1, 1, &[("user_id", "ana")]));
    check(&world);
    assert!(!is_in(&world, "ana"));
    world.send(view(2, 60, &[("user_id", "ben")]));
    world.send(alias(TRUSTED, 3, START, "ana", "ben"));
    check(&world);
    assert!(is_in(&world, "ana"), "a day of each");
    world.ask(&id("user_id", "ana"), |profile| engine::command::Command::Unmerge { profile, merge: None });
    world.settle();
    check(&world);
    assert!(!is_in(&world, "ana") && !is_in(&world, "ben"));
}

#[test]
fn a_word_of_the_person_acts_at_once() {
    let mut world = world(1);
    let ana = [("user_id", "ana")];
    world.send(view(0, 30, &ana));
    world.send(view(1, 1, &ana));
    assert!(is_in(&world, "ana"));
    let said = |number, at: Timestamp, name, property, value: &str| {
        with(event(TRUSTED, number, at, name, &[("user_id", "ana")]), property, value)
    };
    world.send(said(2, START, EVIDENCE_REMOVED, "event", "Product Viewed"));
    check(&world);
    assert!(!is_in(&world, "ana"));
    for day in 1..3 {
        let at = START.plus(Span::DAY.times(day));
        world.advance(at.since(world.now));
        world.send(Event { timestamp: at, received_at: at, ..view(2 + day as usize, 0, &ana) });
    }
    check(&world);
    assert!(is_in(&world, "ana"), "what comes later counts");
    world.send(said(5, world.now, INTEREST_REFUSED, "topic", "category:boots"));
    check(&world);
    assert!(!is_in(&world, "ana"));
}

#[test]
fn an_interest_goes_with_the_events_that_made_it() {
    let mut documents = documents(BOOTS);
    documents.put(Kind::Setting, "retention_days", &json!({"value": 10})).unwrap();
    documents.put(Kind::Setting, "interests", &json!({"half_life": "100y"})).unwrap();
    let mut world = World::new(1, compile(&mut documents, 1, None).unwrap(), START, 1);
    world.send(view(0, 200, &[("user_id", "ana")]));
    world.send(view(1, 1, &[("user_id", "ana")]));
    check(&world);
    assert!(is_in(&world, "ana"));
    // The first day is kept for ten days after its last moment.
    let day = START.minus(hours(200)).day();
    let end = Timestamp::EPOCH.plus(Span::DAY.times(day + 1 + 10));
    world.advance(end.minus(Span::from_millis(1)).since(world.now));
    check(&world);
    assert!(is_in(&world, "ana"));
    world.advance(Span::from_millis(1));
    check(&world);
    assert!(!is_in(&world, "ana"));
}

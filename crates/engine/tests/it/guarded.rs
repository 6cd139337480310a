//! Who is recognized, and who is believed to be a minor.

use decide::{Explain, Recognized, Seen};
use definition::{Kind, compile};
use engine::decided::{PageAsked, decide_for};
use model::{
    consent::{ConsentSignal, Means, Proof},
    event::Event,
    id::Id,
    time::{Env, Span, Timestamp},
    value::Value,
};
use serde_json::json;

use crate::{
    events::{SIMPLE, START, documents, event, id, saying},
    world::World,
};

/// A shop with one placement, an age, and a birth date under a name of its own.
fn shop() -> World {
    let mut documents = documents(&[]);
    for (kind, name, document) in [
        (Kind::Trait, "age", json!({"holds": "int"})),
        (Kind::Trait, "born_on", json!({"holds": "time", "means": "birth_date"})),
        (Kind::Content, "hi", json!({"stage": "discovery", "intent": "inform", "languages": {"en": {"text": "Hi."}}})),
        (Kind::Placement, "hero", json!({"channel": "web", "neutral": "hi"})),
    ] {
        documents.put(kind, name, &document).unwrap();
    }
    World::new(1, compile(&mut documents, 1, None).unwrap(), START, 1)
}

fn consenting(event: Event) -> Event {
    let proof = Proof { source: event.source.clone(), means: Means::Event, wording: None, language: None };
    let signal = ConsentSignal { choices: vec![("site".into(), true)], at: event.timestamp, until: None, proof };
    Event { consent: Some(signal), ..event }
}

/// What a decision at `now` saw of the person with an identifier.
fn seen(world: &World, who: (&str, &str), now: Timestamp) -> Seen {
    let asked = PageAsked { placements: vec!["hero".into()], languages: Vec::new(), nonce: 1, explain: Explain::No };
    let person = world.find(&id(who.0, who.1)).unwrap();
    decide_for(&world.plan(), Id::from_bits(0), person, (asked, &|_| None), &Env { now, seed: 1 }).seen
}

#[test]
fn an_account_or_a_card_is_recognized_and_a_device_is_not() {
    for (who, expected) in [
        (&[("anonymous_id", "d1")][..], Recognized::No),
        (&[("email", "ana@example.org")], Recognized::No),
        (&[("email!", "ana@example.org")], Recognized::Yes),
        (&[("anonymous_id", "d1"), ("user_id?", "ana")], Recognized::No),
        (&[("anonymous_id", "d1"), ("user_id", "ana")], Recognized::Yes),
        (&[("loyalty_card", "77")], Recognized::Yes),
    ] {
        let mut world = shop();
        world.send(consenting(event("till", 1, START, "page", who)));
        world.settle();
        let first = (who[0].0.trim_end_matches(['!', '?']), who[0].1);
        assert_eq!(seen(&world, first, START).recognized, expected, "{who:?}");
    }
}

#[test]
fn a_birth_date_or_an_age_makes_a_minor_until_the_day_that_ends_it() {
    // START is 2026-03-02.
    let day = |years: i64, days: i64| START.minus(Span::DAY.times(years * 365 + days));
    for (name, value, expected) in [
        ("birth_date", Value::Time(day(17, 0)), true),
        ("born_on", Value::Time(day(10, 0)), true),
        ("birth_date", Value::Time(day(18, 20)), false),
        ("birthday", Value::from("2008-03-03"), true),
        ("birthday", Value::from("2008-03-02"), false),
        ("dob", Value::from("2015-01-01T00:00:00Z"), true),
        ("dob", Value::from("someday"), false),
        ("age", Value::Int(17), true),
        ("age", Value::Int(18), false),
        ("age", Value::Int(0), false),
        ("age", Value::Null, false),
        ("birth_date", Value::Null, false),
        ("shoe_size", Value::Int(12), false),
        // One in the future is doubted away.
        ("birth_date", Value::Time(START.plus(Span::DAY.times(400))), false),
    ] {
        let mut world = shop();
        let said = saying(event(SIMPLE, 1, START, "", &[("user_id", "leo")]), name, value.clone());
        world.send(consenting(said));
        world.settle();
        let until = seen(&world, ("user_id", "leo"), START).minor_until;
        assert_eq!(until.is_some(), expected, "{name} {value:?}");
        assert!(until.is_none_or(|until| until > START));
    }
    let mut world = shop();
    let said = saying(event(SIMPLE, 1, START, "", &[("user_id", "leo")]), "birthday", "2008-03-04");
    world.send(consenting(said));
    world.settle();
    let birthday = Timestamp::saturating_from_millis(1_772_582_400_000); // 2026-03-04T00:00Z
    let before = birthday.minus(Span::from_millis(1));
    assert_eq!(seen(&world, ("user_id", "leo"), before).minor_until, Some(birthday));
    assert_eq!(seen(&world, ("user_id", "leo"), birthday).minor_until, None);
}

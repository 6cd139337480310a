//! Who is recognized, and who is believed to be a minor.

use decide::{Explain, Recognized, Seen};
use definition::{Kind, compile};
use engine::decided::{Asking, Decided, NoSuggestions, PageAsked, decide_for};
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
    shop_with(&[])
}

/// The same with more definitions.
fn shop_with(more: &[(Kind, &str, serde_json::Value)]) -> World {
    let mut documents = documents(&[]);
    for (kind, name, document) in [
        (Kind::Trait, "age", json!({"holds": "int"})),
        (Kind::Trait, "born_on", json!({"holds": "time", "means": "birth_date"})),
        (Kind::Content, "hi", json!({"stage": "discovery", "intent": "inform", "languages": {"en": {"text": "Hi."}}})),
        (Kind::Placement, "hero", json!({"channel": "web", "neutral": "hi"})),
    ] {
        documents.put(kind, name, &document).unwrap();
    }
    more.iter().for_each(|(kind, name, document)| documents.put(*kind, name, document).unwrap());
    World::new(1, compile(&mut documents, 1, None).unwrap(), START, 1)
}

/// The same event with consent to the purpose of the site.
pub(crate) fn consenting(event: Event) -> Event {
    let proof = Proof { source: event.source.clone(), means: Means::Event, wording: None, language: None };
    let signal = ConsentSignal { choices: vec![("site".into(), true)], at: event.timestamp, until: None, proof };
    Event { consent: Some(signal), ..event }
}

/// A decision of the page at `now` about the person with an identifier.
fn decided(world: &World, who: (&str, &str), now: Timestamp) -> Decided {
    let asked = PageAsked { placements: vec!["hero".into()], languages: Vec::new(), nonce: 1, explain: Explain::No };
    let person = world.find(&id(who.0, who.1)).unwrap();
    let asking = Asking { page: asked, request: &|_| None, suggests: &NoSuggestions };
    decide_for(&world.plan(), Id::from_bits(0), person, asking, &Env { now, seed: 1 })
}

/// What a decision at `now` saw of the person with an identifier.
fn seen(world: &World, who: (&str, &str), now: Timestamp) -> Seen {
    decided(world, who, now).seen
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

/// Eight scores of forty conditions, each over the one before it: asked anew at each mention they would be calculated
/// 40^8 times, and this would not end.
#[test]
fn how_old_the_evidence_of_deep_scores_is_comes_to_an_end() {
    let score = |level: usize| {
        let asks = |least: usize| match level.checked_sub(1) {
            Some(below) => format!("score(\"deep-{below}\") >= {least}"),
            None => "events(\"Product Viewed\").count() >= 1".to_owned(),
        };
        let conditions: Vec<_> = (1..=40).map(|least| json!({"if": asks(least), "points": 1})).collect();
        json!({"conditions": conditions})
    };
    let names: Vec<String> = (0..8).map(|level| format!("deep-{level}")).collect();
    let mut more: Vec<_> = names.iter().enumerate().map(|(at, name)| (Kind::Score, name.as_str(), score(at))).collect();
    let variants = json!({"control": {"share": 0.5}, "a": {"share": 0.5, "contents": "hi"}});
    let benefit = json!({"en": "A guide.", "fr": "Un guide."});
    let segment = json!({"condition": "score(\"deep-7\") >= 40 && events(\"Product Viewed\").count() >= 1"});
    more.push((Kind::Segment, "deep", segment));
    let audience = "segment(\"deep\")";
    let document = json!({"placements": "hero", "audience": audience, "benefit": benefit, "variants": variants});
    more.push((Kind::Experience, "guide", document));
    more.push((Kind::Setting, "holdout_share", json!({"value": 0})));
    let mut world = shop_with(&more);
    world.send(consenting(event("till", 1, START, "Product Viewed", &[("anonymous_id", "d1")])));
    let won = |now| decided(&world, ("anonymous_id", "d1"), now).won;
    assert_eq!(won(START), ["guide".into()]);
    assert_eq!(won(START.plus(Span::DAY.times(61))), [], "what it rests on is too old to be the main reason");
}

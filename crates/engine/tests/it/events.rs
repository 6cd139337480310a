//! Events, plans and persons for tests.

use definition::{Documents, Kind, compile};
use engine::plan::Plan;
use model::{
    event::{Claim, Event, EventKind, Evidence},
    identifier::Identifier,
    time::{Span, Timestamp},
    value::{Fields, Value},
};
use serde_json::json;

/// 2026-03-02T10:00:00Z.
pub(crate) const START: Timestamp = Timestamp::saturating_from_millis(1_772_445_600_000);

/// A source that is trusted, and keeps data under a contract: no consent is needed.
pub(crate) const TRUSTED: &str = "till";
/// The same without trust.
pub(crate) const SIMPLE: &str = "files";

/// What a test shop publishes.
pub(crate) fn documents(segments: &[(&str, &str)]) -> Documents {
    let mut documents = Documents::defaults();
    let simple = json!({"kind": "file", "reliability": 0.9, "basis": "contract", "serves": ["site"]});
    documents.put(Kind::Source, SIMPLE, &simple).unwrap();
    // Fades below one floor after the other within the weeks that a test lasts.
    documents.put(Kind::Trait, "country", &json!({"holds": "text", "half_life": "9d"})).unwrap();
    let buyer = json!({"actions": [{"event": "Order Completed", "where": "total > 20"}], "keeps": "10d"});
    documents.put(Kind::Tag, "buyer", &buyer).unwrap();
    let heat = json!({
        "rules": [
            {"event": "Product Added", "points": 2, "half_life": "3d", "most": 5},
            {"event": "Order Completed", "points": 4, "within": "20d"},
            {"event": "Something Else", "points": -3, "half_life": "1d", "within": "5d"},
        ],
        "conditions": [
            {"if": "tag(\"buyer\")", "points": 1.5},
            {"if": "profile.country == \"JP\" || interest(\"category:boots\") > 0.2", "points": -0.7},
        ],
        "most": 12,
    });
    documents.put(Kind::Score, "heat", &heat).unwrap();
    for (name, condition) in segments {
        documents.put(Kind::Segment, name, &json!({"condition": condition})).unwrap();
    }
    documents
}

pub(crate) fn plan(segments: &[(&str, &str)]) -> Plan {
    compile(&mut documents(segments), 1, None).unwrap()
}

/// Conditions of every sort that events, time, traits, interests, scores, models and other segments decide.
pub(crate) const SEGMENTS: &[(&str, &str)] = &[
    ("buyers", r#"events("Order Completed").count() > 0"#),
    ("recent", r#"events("Order Completed").within("7d").count() > 0"#),
    ("lapsed", r#"segment("buyers") && !segment("recent")"#),
    ("twice", r#"events("Order Completed").within("30d").count() == 2"#),
    ("spent", r#"events("Order Completed").within("30d").sum(total) >= 100"#),
    ("left", r#"events("Product Added").within("3d").not_followed_by(events("Order Completed"), "4h").count() > 0"#),
    ("japan", r#"profile.country == "JP" && segment("recent")"#),
    ("sure", "trust(profile.country) >= 0.7"),
    ("nowhere", "!has(profile.country)"),
    ("boots", r#"interest("category:boots") > 0.1"#),
    ("no-boots", r#"interest("category:boots") < 0 || segment("boots") && !segment("recent")"#),
    ("keen", r#"score("heat") >= 3.3"#),
    ("tagged", r#"tag("buyer") && score("heat") < 9.1"#),
    ("ready", r#"stage() == "onboarding" && score("heat") > 1.9 || aim() == "buy""#),
    ("nothing", r#"events("Order Completed").count() == 0 && events("Product Added").count() == 0"#),
];

pub(crate) fn id(namespace: &str, value: &str) -> Identifier {
    Identifier { namespace: namespace.into(), value: value.into() }
}

/// An event from `source` under these identifiers, stated unless their namespace ends with `!` (verified) or `?` (it
/// rode on a link). Its `message_id` is `number`.
pub(crate) fn event(source: &str, number: usize, at: Timestamp, name: &str, who: &[(&str, &str)]) -> Event {
    let claims = who.iter().map(|(namespace, value)| {
        let evidence = match namespace.as_bytes().last() {
            Some(b'!') => Evidence::Verified,
            Some(b'?') => Evidence::Link,
            _ => Evidence::Stated,
        };
        Claim { identifier: id(namespace.trim_end_matches(['!', '?']), value), evidence }
    });
    Event {
        kind: EventKind::Track { name: name.into() },
        message_id: format!("m{number}").into(),
        source: source.into(),
        timestamp: at,
        received_at: at,
        identifiers: claims.collect(),
        properties: Fields::default(),
        context: Fields::default(),
        consent: None,
    }
}

/// A trusted source says that two accounts are one person's.
pub(crate) fn alias(source: &str, number: usize, at: Timestamp, user: &str, previous: &str) -> Event {
    let event = event(source, number, at, "", &[("user_id", user), ("user_id", previous)]);
    Event { kind: EventKind::Alias, ..event }
}

/// The same event as an identify with one trait.
pub(crate) fn saying(event: Event, name: &str, value: impl Into<Value>) -> Event {
    let properties = [(name, value.into())].into_iter().collect();
    Event { kind: EventKind::Identify, properties, ..event }
}

/// The same event with one property.
pub(crate) fn with(event: Event, name: &str, value: impl Into<Value>) -> Event {
    Event { properties: [(name, value.into())].into_iter().collect(), ..event }
}

/// The same event with a line for a product of a category.
fn ordering(event: Event, category: &str) -> Event {
    let line = Value::Map([("category", Value::from(category))].into_iter().collect());
    with(event, "products", Value::List([line].into()))
}

/// One of the things that a shop's customer does, by number.
pub(crate) fn doing(what: u8, source: &str, number: usize, at: Timestamp, who: &[(&str, &str)]) -> Event {
    let boots = |name| with(event(source, number, at, name, who), "category", "boots");
    let said = |name| with(event(source, number, at, name, who), "topic", "category:boots");
    let telling = |name, value: Option<&str>| {
        let value = value.map(|value| ("value", Value::from(value)));
        let properties = [("trait", Value::from("country"))].into_iter().chain(value).collect();
        Event { properties, ..event(source, number, at, name, who) }
    };
    match what % 10 {
        0 => with(event(source, number, at, "Order Completed", who), "total", i64::from(what) % 90),
        1 => event(source, number, at, "Product Added", who),
        2 => match what {
            0..90 => saying(event(source, number, at, "", who), "country", "JP"),
            90..150 => saying(event(source, number, at, "", who), "country", "FR"),
            150..180 => telling("Trait Corrected", Some("JP")),
            180..210 => telling("Trait Corrected", Some("FR")),
            210..240 => telling("Trait Denied", Some("JP")),
            _ => telling("Trait Denied", None),
        },
        3 => saying(event(source, number, at, "", who), "country", Value::Null),
        4 => event(source, number, at, "Something Else", who),
        6 => boots("Product Viewed"),
        7 => boots(if what < 200 { "Product Added" } else { "Product Removed" }),
        8 => ordering(event(source, number, at, "Order Completed", who), "boots"),
        9 if what < 100 => said("Interest Refused"),
        9 if what < 200 => boots("Product List Viewed"),
        9 => said("Interest Declared"),
        _ => with(event(source, number, at, "Order Completed", who), "total", 50),
    }
}

pub(crate) fn hours(count: i64) -> Span {
    Span::HOUR.times(count)
}

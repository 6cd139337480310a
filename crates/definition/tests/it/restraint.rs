//! What restrains decisions, as documents: checkouts, memory, worth, the setting; and that the reference is true.

use std::fs;

use decide::{INTRUSION_POINTS, Memory, POINT_CENTS, Restraint, SEASON, STALE_AFTER, price};
use definition::{Documents, Kind, code, compile, read_folder};
use model::{decision::Channel, time::Span};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::experiences::{experience, shop};

const DOCUMENT: &str = include_str!("../../../../docs/restraint.md");

/// The code, the kind, the name and the pointer of what hinders a publication.
fn refused(documents: &mut Documents) -> (&'static str, Option<Kind>, Option<String>, String) {
    let error = compile(documents, 1, None).unwrap_err();
    (error.code, error.kind, error.name, error.pointer)
}

#[test]
fn the_reference_is_published_as_it_stands() {
    let folder = TempDir::new().unwrap();
    let examples = DOCUMENT.split("```toml\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    for (place, example) in examples.enumerate() {
        fs::write(folder.path().join(format!("{place}.toml")), example).unwrap();
    }
    let mut documents = read_folder(folder.path()).unwrap_or_else(|error| panic!("{error}"));
    let plan = compile(&mut documents, 1, None).unwrap();
    let restraint = &plan.decisions.rules().restraint;
    assert_eq!(restraint.channels, [("web".into(), Channel::Web)].into());
    assert_eq!(Restraint { channels: Default::default(), ..restraint.clone() }.points, Some(INTRUSION_POINTS));
    assert!(plan.decisions.placement("checkout-side").unwrap().is_checkout);
    let winter = plan.decisions.experience(&"winter-again".into()).unwrap();
    assert_eq!(winter.memory, Some(Memory::Season));
    assert!(plan.decisions.experience(&"size-help".into()).unwrap().worth.is_some());
}

/// The published table has the points that decisions cost, and the text the numbers.
#[test]
fn the_reference_has_the_numbers_of_the_program() {
    let table = DOCUMENT.split("| What | Points |").nth(1).unwrap().split("\n\n").next().unwrap();
    let points: Vec<u16> =
        table.lines().filter_map(|row| row.trim_end_matches('|').rsplit('|').next()?.trim().parse().ok()).collect();
    let known = [
        price::DECLARED,
        price::OBSERVED,
        price::INFERRED,
        price::OLD,
        price::SENSITIVE,
        price::NAMED,
        price::REPEATED,
        price::ELSEWHERE,
    ];
    assert_eq!(points, known);
    let days = |span: Span| span.as_millis() / Span::DAY.as_millis();
    for written in [
        format!("older than {} days", days(price::FRESH)),
        format!("more than {} days ago", days(STALE_AFTER)),
        format!("{} to {} days ago", days(SEASON.0), days(SEASON.1)),
        format!("at most {INTRUSION_POINTS} points in 7 days"),
        format!("| `{POINT_CENTS}` |"),
    ] {
        assert!(DOCUMENT.contains(&written), "{written}");
    }
}

#[test]
fn a_checkout_refuses_what_does_not_belong_there() {
    let checkout = |neutral: &str| json!({"channel": "web", "neutral": [neutral], "checkout": true});
    let help = json!({"stage": "conversion", "intent": "help", "languages": {"en": {"title": "Help"}}, "tags": ["x"]});
    let mut documents = shop();
    documents.put(Kind::Content, "help", &help).unwrap();
    documents.put(Kind::Placement, "pay", &checkout("welcome")).unwrap();
    let (code, kind, name, pointer) = refused(&mut documents);
    assert_eq!((code, kind, name.as_deref()), (code::CHECKOUT_INTENT, Some(Kind::Placement), Some("pay")));
    assert_eq!(pointer, "/neutral/0");
    documents.put(Kind::Placement, "pay", &checkout("help")).unwrap();
    let showing = |shows: Value| {
        let mut variant = shows;
        variant["share"] = json!(0.5);
        experience(&json!({"placements": ["hero", "pay"], "variants": {"control": {"share": 0.5}, "a": variant}}))
    };
    for (shows, pointer) in [
        (json!({"contents": "care"}), "/variants/a/contents"),
        (json!({"contents": ["care"]}), "/variants/a/contents/0"),
        (json!({"menu": {"contents": ["care"]}}), "/variants/a/menu/contents/0"),
        (json!({"pool": {"contents": ["care"]}}), "/variants/a/pool"),
    ] {
        documents.put(Kind::Experience, "idea", &showing(shows.clone())).unwrap();
        let found = refused(&mut documents);
        let expected = (code::CHECKOUT_INTENT, Some(Kind::Experience), Some("idea".to_owned()), pointer.to_owned());
        assert_eq!(found, expected, "{shows}");
    }
    for shows in [json!({"contents": "help"}), json!({"pool": {"contents": ["care"], "tags": ["x"]}})] {
        documents.put(Kind::Experience, "idea", &showing(shows.clone())).unwrap();
        compile(&mut documents, 1, None).unwrap_or_else(|error| panic!("{shows}: {error}"));
    }
}

#[test]
fn delicate_traits_come_from_the_schema_and_channels_from_known_sources() {
    let mut documents = shop();
    documents.put(Kind::Trait, "size", &json!({"holds": "number", "purpose": "email"})).unwrap();
    documents.put(Kind::Trait, "nickname", &json!({"holds": "text", "names_the_person": true})).unwrap();
    let restraint = json!({"channels": {"web": "web", "nobody": "till"}, "points": 4});
    documents.put(Kind::Setting, "restraint", &restraint).unwrap();
    let (code, kind, name, pointer) = refused(&mut documents);
    assert_eq!((code, kind, name.as_deref()), (code::UNKNOWN_SOURCE, Some(Kind::Setting), Some("restraint")));
    assert_eq!(pointer, "/channels/nobody");
    documents.put(Kind::Setting, "restraint", &json!({"points": 4})).unwrap();
    let plan = compile(&mut documents, 1, None).unwrap();
    let restraint = &plan.decisions.rules().restraint;
    assert_eq!((restraint.points, restraint.stale_after), (Some(4), Some(STALE_AFTER)));
    assert_eq!(restraint.sensitive, ["size".into()].into());
    assert!(["nickname", "first_name"].into_iter().all(|name| restraint.names.contains(name)));
    assert!(!restraint.names.contains("city"));
}

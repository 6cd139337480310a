//! Every example of the reference compiles.

use condition::{Usage, code};
use model::request;

use crate::person::compiled_for;

const DOCUMENT: &str = include_str!("../../../../docs/conditions.md");

/// The conditions in fenced blocks of a language, one a paragraph.
fn examples(language: &str) -> Vec<String> {
    let (mut examples, mut inside) = (vec![String::new()], false);
    for line in DOCUMENT.lines() {
        match line.strip_prefix("```") {
            Some(info) => {
                inside = !inside && info == language;
                examples.push(String::new());
            }
            None if inside && line.is_empty() => examples.push(String::new()),
            None if inside => examples.last_mut().expect("it starts with one").push_str(&format!("{line}\n")),
            None => {}
        }
    }
    examples.retain(|example| !example.is_empty());
    examples
}

#[test]
fn every_example_compiles_and_prints() {
    let examples = examples("cel");
    assert!(examples.len() > 30, "{} examples found", examples.len());
    for example in examples {
        let condition = compiled_for(&example, Usage::Audience).unwrap_or_else(|error| panic!("{example}{error:?}"));
        let again = compiled_for(&condition.print(), Usage::Audience).unwrap();
        assert_eq!(again.print(), condition.print());
    }
}

#[test]
fn every_example_of_an_audience_is_refused_in_a_segment_and_no_other() {
    for example in examples("cel") {
        let refused = compiled_for(&example, Usage::Segment).err().map(|error| error.code);
        assert_eq!(refused, example.contains("request.").then_some(code::REQUEST), "{example}");
    }
}

#[test]
fn the_facts_of_a_request_are_documented_and_no_other_compiles() {
    let table = DOCUMENT.lines().skip_while(|line| !line.starts_with("| `request.` |")).skip(2);
    let first = table.take_while(|line| line.starts_with('|')).filter_map(|line| line.split('|').nth(1));
    let mut documented: Vec<&str> = first.flat_map(|cell| cell.split('`').skip(1).step_by(2)).collect();
    assert_eq!(documented.pop(), Some("shop.NAME"));
    assert_eq!(documented, request::FACTS);
    for name in documented.into_iter().chain(["shop.store", "shop.cart.total"]) {
        assert!(compiled_for(&format!("has(request.{name})"), Usage::Audience).is_ok(), "{name}");
    }
    for name in ["hours", "campaign", "page", "shop"] {
        let error = compiled_for(&format!("has(request.{name})"), Usage::Audience).unwrap_err();
        assert_eq!((error.code, error.at), (code::UNKNOWN_NAME, 4), "{name}");
    }
}

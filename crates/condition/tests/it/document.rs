//! Every example of the reference compiles.

use condition::{Usage, code};

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

//! The stories of `scenarios/`, played on the real program.

use testkit::scenario;

#[test]
fn every_story_holds_on_the_real_program() {
    let files = scenario::chosen().unwrap();
    let outcomes = scenario::check_all(&files, |start| scenario::http::program(crate::shop::PROGRAM.as_ref(), start));
    let broken: Vec<String> = outcomes.iter().flat_map(|(_, failures)| failures).map(ToString::to_string).collect();
    assert!(broken.is_empty(), "{}", broken.join("\n"));
    assert!(!outcomes.is_empty());
}

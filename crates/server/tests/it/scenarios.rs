//! The stories of `scenarios/`, played against the server in process.

use server::config::Config;
use testkit::scenario::{self, http::HttpStage};

use crate::shop::Shop;

#[test]
fn every_story_holds_at_the_server() {
    let files = scenario::chosen().unwrap();
    assert!(!files.is_empty());
    let outcomes = scenario::check_all(&files, |start| HttpStage::new(Shop::at(Config::default(), start), start));
    let failed: Vec<String> = outcomes
        .iter()
        .flat_map(|(file, failures)| failures.iter().map(move |failure| format!("{}: {failure}", file.display())))
        .collect();
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

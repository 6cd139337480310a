//! What an operator finds in the log.

use std::fs;

use serde_json::{Value, json};
use testkit::{
    client::Request,
    process::{Noise, Options},
};

use crate::shop::Shop;

#[test]
fn a_failure_on_our_side_is_in_the_log_under_the_id_on_its_answer() {
    let mut shop = Shop::open_with(Options { noise: Noise::Expected, ..Options::default() });
    // A folder stands where the file of keys was, so that a backup cannot copy it.
    let keys = shop.folder().join("keys.json");
    fs::remove_file(&keys).unwrap();
    fs::create_dir(&keys).unwrap();
    let backup = |to: &str, headers: &[(&str, &str)]| {
        let body = json!({ "to": to }).to_string().into_bytes();
        let request = Request { method: "POST", path: "/v1/backup", headers, body: Some(&body) };
        shop.secret.call(&request).expect(500).header("x-request-id").unwrap().to_owned()
    };
    let drawn = backup("monday", &[]);
    assert_eq!(backup("tuesday", &[("x-request-id", "from-the-proxy")]), "from-the-proxy");
    shop.server.stop();
    let log = shop.server.log();
    for id in [drawn.as_str(), "from-the-proxy"] {
        let line = log.lines().find(|line| line.contains(id)).unwrap_or_else(|| panic!("{id} is not in\n{log}"));
        let line: Value = serde_json::from_str(&line[line.find('{').unwrap()..]).unwrap();
        assert_eq!((&line["request_id"], &line["level"]), (&json!(id), &json!("ERROR")));
        assert_eq!((&line["path"], &line["method"]), (&json!("/v1/backup"), &json!("POST")));
        assert!(line["error"].as_str().is_some_and(|error| !error.is_empty()), "{line}");
    }
}

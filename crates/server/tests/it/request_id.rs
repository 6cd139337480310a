//! Every answer names its request.

use std::collections::BTreeSet;

use testkit::client::{Answer, Request};

use crate::shop::Shop;

fn call(shop: &Shop, method: &str, path: &str, id: &str) -> Answer {
    let headers = [("x-request-id", id), ("origin", "https://shop.example")];
    let headers = if id.is_empty() { &headers[1..] } else { &headers[..] };
    shop.nobody().call(&Request { method, path, headers, body: None })
}

#[test]
fn an_id_that_the_caller_gave_comes_back_if_it_is_sane() {
    let shop = Shop::new();
    let longest = "x".repeat(64);
    for id in ["a", "0c1b9d6e-7f3a-4f5e-9a57-2f4c6f3a1b2c", "Root=1-67891233-abcdef012345678912345678", &longest] {
        for (method, path) in [("GET", "/health"), ("GET", "/v1/nothing"), ("OPTIONS", "/v1/batch")] {
            assert_eq!(call(&shop, method, path, id).header("x-request-id"), Some(id), "{method} {path}");
        }
    }
    for id in [&"x".repeat(65), "a b", "ana@example.org", "\"", "a,b"] {
        let answered = call(&shop, "GET", "/health", id);
        let answered = answered.header("x-request-id").unwrap();
        assert!(answered.starts_with("req_") && answered.len() == 30, "{id}: {answered}");
    }
}

#[test]
fn every_answer_has_an_id_of_its_own() {
    let shop = Shop::new();
    let asked = [("GET", "/health"), ("GET", "/v1/nothing"), ("POST", "/v1/batch"), ("GET", "/v1/status")];
    let answers = asked.iter().cycle().take(12).map(|(method, path)| call(&shop, method, path, ""));
    let ids: BTreeSet<_> = answers.map(|answer| answer.header("x-request-id").unwrap().to_owned()).collect();
    assert_eq!(ids.len(), 12);
    let page = call(&shop, "POST", "/v1/batch", "");
    assert!(page.header("access-control-expose-headers").unwrap().contains("X-Request-Id"), "a page may read it");
}

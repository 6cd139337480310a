//! What conditions see, and that a request needs nobody behind it.

use std::collections::BTreeSet;

use context::{ClientHints, Recognizer, Request, Settings};
use model::{
    request::{ATTRIBUTES, FACTS, is_fact},
    time::{Span, Timestamp},
    value::Value,
};

use crate::{
    asking::{NOW, RECOGNIZER, fact, facts, fields, map, silent},
    mmdb,
};

const PHONE: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1";
const DESK: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0";

#[test]
fn every_name_has_a_value_in_a_request_that_says_all() {
    let places = mmdb::places(mmdb::Shape::Nested);
    let recognizer = Recognizer::new(Settings { places: Some(places), own_hosts: Vec::new() });
    let body = fields([("timezone", "Europe/Paris".into()), ("shop", map([("store", "brest".into())]))]);
    let context = recognizer.recognize(&Request {
        user_agent: PHONE,
        client_hints: ClientHints { model: "\"iPhone\"", ..ClientHints::default() },
        accept_language: "fr-FR",
        page_url: "https://shop.example/a?utm_source=a&utm_medium=b&utm_campaign=c&utm_term=d&utm_content=e&utm_id=f",
        referrer: "https://www.bing.com/?q=boots",
        ip: Some(mmdb::KNOWN.parse().unwrap()),
        body_context: &body,
        ..silent()
    });
    for name in FACTS {
        assert!(context.fact(name).is_some(), "{name}");
    }
    let names: Vec<_> = context.facts().into_iter().map(|(name, _)| name.to_string()).collect();
    assert_eq!(names.len(), FACTS.len() + 1);
    assert_eq!(names.last().map(String::as_str), Some("shop.store"));
    assert!(names.iter().all(|name| is_fact(name)));
}

#[test]
fn a_request_that_says_nothing_has_few_facts() {
    let context = RECOGNIZER.recognize(&silent());
    let names: BTreeSet<_> = context.facts().into_iter().map(|(name, _)| name.to_string()).collect();
    assert_eq!(names, ["ad_click", "bot", "hour", "referrer", "weekday"].map(str::to_owned).into());
    for name in ["", "shop", ATTRIBUTES, "campaign", "campaign.", "campaign.odd", "odd", "page"] {
        assert_eq!(context.fact(name), None, "{name}");
    }
}

#[test]
fn the_moment_and_the_device_make_two_contexts_of_one_place() {
    let body = fields([("timezone", "Europe/Paris".into())]);
    let evening = NOW.plus(Span::HOUR.times(11));
    let phone = Request { user_agent: PHONE, now: evening, body_context: &body, ..silent() };
    assert_eq!(facts(&RECOGNIZER.recognize(&phone), &["device", "hour", "weekday"]), "phone 22 monday");
    let desk = Request { user_agent: DESK, now: NOW.minus(Span::HOUR), body_context: &body, ..silent() };
    assert_eq!(facts(&RECOGNIZER.recognize(&desk), &["device", "hour", "weekday"]), "desktop 10 monday");
}

#[test]
fn the_projects_zone_stands_in_and_says_nothing_of_the_visitor() {
    let request = Request { zone: "Asia/Tokyo", ..silent() };
    assert_eq!(facts(&RECOGNIZER.recognize(&request), &["timezone", "hour"]), "- 19");
    let late = RECOGNIZER.recognize(&Request { now: Timestamp::MAX, ..silent() });
    assert_eq!(facts(&late, &["hour", "weekday"]), "- -");
}

#[test]
fn languages_are_those_of_the_locale_and_the_header() {
    let body = fields([("locale", "fr-CH".into())]);
    let request = Request { accept_language: "de;q=0.7,fr;q=0.9", body_context: &body, ..silent() };
    let context = RECOGNIZER.recognize(&request);
    assert_eq!(facts(&context, &["language", "locale"]), "fr fr-CH");
    let all = Value::List(["fr-CH", "fr", "de"].map(Value::from).into());
    assert_eq!(context.fact("languages"), Some(all));
}

#[test]
fn the_shops_own_attributes_keep_their_types() {
    let shop = map([("weather", "rain".into()), ("cart", map([("total", Value::Int(90))])), ("club", true.into())]);
    let body = fields([("shop", shop)]);
    let attributes = fields([("weather", "snow".into())]);
    let context = RECOGNIZER.recognize(&Request { body_context: &body, attributes: &attributes, ..silent() });
    assert_eq!(context.fact("shop.cart.total"), Some(Value::Int(90)));
    assert_eq!(context.fact("shop.club"), Some(true.into()));
    assert_eq!(fact(&context, "shop.weather"), "snow");
}

#[test]
fn a_body_of_other_types_is_passed_over() {
    let odd = || Value::List([Value::Int(1), Value::Null].into());
    let names = ["userAgent", "userAgentData", "locale", "timezone", "ip", "page", "campaign", "shop"];
    let body = names.into_iter().map(|name| (name, odd())).collect();
    assert_eq!(RECOGNIZER.recognize(&Request { body_context: &body, ..silent() }), RECOGNIZER.recognize(&silent()));
}

//! Whatever comes, a context comes out, and the same again.

use context::{ClientHints, Places, Request};
use model::{
    time::Timestamp,
    value::{Fields, Finite, Value},
};
use proptest::prelude::*;

use crate::{
    asking::{RECOGNIZER, silent},
    mmdb::{self, KNOWN, KNOWN_V4, Shape},
};

/// Texts near what is read: pieces of real headers and URLs in any order, with anything between.
fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        3 => prop::sample::select(vec![
            "https://", "android-app://", "www.google.co.uk", "shop.example", "/", "?", "&", "=", "#", "@", ":", "[", "]",
            ".", "..", "utm_source=", "gclid=", "q=", "%", "%C3", "+", "Mozilla/5.0 (", "Linux; Android 10; K", ")",
            " Chrome/", "99999999999", " Mobile", "\"", "\\", ";v=", "?1", ", ", "fr-CH", ";q=0.5", "*", "é", "\u{0}",
            "İ", "\u{1f600}", "Europe/Paris", "Not;A=Brand",
        ])
        .prop_map(str::to_owned),
        1 => ".{0,20}",
    ];
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::Int),
        any::<f64>().prop_filter_map("finite", Finite::new).prop_map(Value::Float),
        text().prop_map(Value::text),
    ];
    leaf.prop_recursive(4, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(|list| Value::List(list.into())),
            named(inner).prop_map(Value::Map),
        ]
    })
}

fn named(value: impl Strategy<Value = Value>) -> impl Strategy<Value = Fields> {
    let name = prop::sample::select(vec![
        "userAgent",
        "userAgentData",
        "brands",
        "brand",
        "version",
        "mobile",
        "platform",
        "platformVersion",
        "model",
        "locale",
        "timezone",
        "ip",
        "page",
        "url",
        "referrer",
        "campaign",
        "source",
        "shop",
        "a.b",
        "",
    ]);
    prop::collection::vec((name, value), 0..8).prop_map(|pairs| pairs.into_iter().collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn any_request_is_recognized_and_twice_the_same(
        texts in prop::array::uniform10(text()),
        ip in prop::option::of(any::<std::net::IpAddr>()),
        now in any::<i64>(),
        body in named(value()),
        own in named(value()),
    ) {
        let [user_agent, brands, mobile, platform, platform_version, model, accept_language, page_url, referrer, zone] =
            texts.each_ref().map(String::as_str);
        let client_hints =
            ClientHints { brands, mobile, platform, platform_version, model, form_factors: brands };
        let request = Request {
            user_agent, client_hints, accept_language, page_url, referrer, ip, zone,
            now: Timestamp::saturating_from_millis(now),
            body_context: &body,
            attributes: &own,
        };
        let context = RECOGNIZER.recognize(&request);
        prop_assert_eq!(&context, &RECOGNIZER.recognize(&request));
        for (name, value) in context.facts() {
            let asked = context.fact(&name);
            prop_assert!(name.starts_with("shop.") || asked == Some(value), "{}", name);
        }
    }

    #[test]
    fn any_broken_database_has_places_or_none(flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6)) {
        let mut bytes = mmdb::bytes(Shape::Nested);
        for (at, byte) in flips {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if let Ok(places) = Places::new(bytes) {
            for ip in [KNOWN, KNOWN_V4, "::", "255.255.255.255"] {
                let place = places.at(ip.parse().unwrap());
                prop_assert!(place.country.is_none_or(|country| country.len() == 2));
            }
        }
    }
}

#[test]
fn long_input_costs_no_more_than_its_limit() {
    let long = "x%41;,\"é".repeat(1_000_000);
    let request = Request {
        user_agent: &long,
        client_hints: ClientHints { brands: &long, model: &long, ..ClientHints::default() },
        accept_language: &long,
        page_url: &long,
        referrer: &long,
        zone: &long,
        ..silent()
    };
    let context = RECOGNIZER.recognize(&request);
    assert_eq!((context.page_host, context.languages.first()), (None, None));
}

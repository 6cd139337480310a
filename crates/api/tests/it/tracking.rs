//! What clients really send (docs: collecting), line by line.

use api::tracking::{Gpc, Kind, Route, peek_write_key, read};
use model::{
    consent::Means,
    event::EventKind,
    value::{Finite, Value},
};
use serde_json::json;

use crate::project::{NOW_MS, Project, json_of};

fn at(project: &Project, event: serde_json::Value) -> i64 {
    project.event(event).timestamp.as_millis() - NOW_MS
}

#[test]
fn segments_node_client_sends_a_batch_with_the_key_in_the_body() {
    let body = json!({
        "batch": [{
            "messageId": "node-next-1772445599000-3b", "timestamp": "2026-03-02T09:59:58.000Z", "type": "track",
            "event": "Order Completed", "properties": {"order_id": "o-1", "total": 25}, "userId": "u-1",
            "context": {"library": {"name": "@segment/analytics-node", "version": "3.1.0"}}, "integrations": {},
            "_metadata": {"nodeVersion": "22.1.0", "jsRuntime": "node"}
        }],
        "writeKey": "wk_1", "sentAt": "2026-03-02T10:00:00.000Z"
    });
    let parsed = Project::server().read(Route::Batch, &body);
    assert_eq!(parsed.write_key.as_deref(), Some("wk_1"));
    let event = &parsed.events[0];
    assert_eq!(event.kind, EventKind::Track { name: "Order Completed".into() });
    assert_eq!(&*event.message_id, "node-next-1772445599000-3b");
    assert_eq!(event.timestamp.as_millis(), NOW_MS - 2000);
    assert_eq!(event.properties.get("total"), Some(&Value::Int(25)));
    assert_eq!(event.context.at(&["library", "version"]), Some(&Value::from("3.1.0")));
    assert_eq!(event.context.len(), 1);
}

#[test]
fn segments_browser_client_sends_one_event_with_both_ids() {
    let body = json!({
        "timestamp": "2026-03-02T09:59:59.900Z", "integrations": {}, "userId": "u-1", "anonymousId": "b1c3-77",
        "type": "page", "name": "Boots", "category": "Shoes",
        "properties": {"path": "/boots", "title": "Boots"},
        "context": {"page": {"path": "/boots", "search": "?q=1"}, "userAgent": "Mozilla/5.0", "ip": "203.0.113.9"},
        "messageId": "ajs-next-1", "writeKey": "wk_2", "sentAt": "2026-03-02T10:00:00.000Z", "_metadata": {}
    });
    let parsed = Project::browser().read(Route::of("p").unwrap(), &body);
    assert_eq!(parsed.write_key.as_deref(), Some("wk_2"));
    let event = &parsed.events[0];
    assert_eq!(event.kind, EventKind::Page { name: Some("Boots".into()) });
    assert_eq!(event.identifiers.len(), 2);
    assert_eq!(event.properties.get("category"), Some(&Value::from("Shoes")));
    assert_eq!(event.context.get("ip"), None, "the address never becomes part of an event");
    assert!(!format!("{event:?}").contains("203.0.113.9"));
}

#[test]
fn rudderstacks_clients_send_only_an_original_timestamp_and_traits_in_the_context() {
    let body = json!({
        "type": "identify", "channel": "web", "messageId": "r-1", "userId": "u-1", "anonymousId": "a-1", "traits": null,
        "originalTimestamp": "2026-03-02T11:59:50.000Z", "sentAt": "2026-03-02T12:00:00.000Z", "integrations": {"All": true},
        "context": {"traits": {"email": "Ana@Example.org", "children": 2.0}, "sessionId": 1772445600, "locale": "fr-FR"}
    });
    let parsed = Project::browser().read(Route::One(Kind::Identify), &body);
    let event = &parsed.events[0];
    assert_eq!(event.timestamp.as_millis(), NOW_MS - 10_000, "two hours of wrong clock are taken out");
    assert_eq!(event.properties.get("children"), Some(&Value::Int(2)));
    assert_eq!(&*event.identifier("email").unwrap().value, "ana@example.org");
    assert_eq!(event.context.get("traits"), None);
}

#[test]
fn jitsus_client_sends_one_event_to_a_path_that_names_its_type() {
    let route = Route::of("identify").unwrap();
    let body =
        json!({"traits": {"tier": "gold"}, "userId": 17, "anonymousId": null, "messageId": "j-1", "writeKey": "***"});
    let parsed = Project::browser().read(route, &body);
    assert_eq!(parsed.events[0].kind, EventKind::Identify);
    assert_eq!(&*parsed.events[0].identifier("user_id").unwrap().value, "17");
}

#[test]
fn every_path_has_its_route() {
    for (segments, route) in [
        (&["batch", "b", "import"][..], Route::Batch),
        (&["track", "t"], Route::One(Kind::Track)),
        (&["page", "p"], Route::One(Kind::Page)),
        (&["screen", "s"], Route::One(Kind::Screen)),
        (&["identify", "i"], Route::One(Kind::Identify)),
        (&["group", "g"], Route::One(Kind::Group)),
        (&["alias", "a"], Route::One(Kind::Alias)),
    ] {
        for segment in segments {
            assert_eq!(Route::of(segment), Some(route), "{segment}");
        }
    }
    assert_eq!(Route::of("m"), None);
}

#[test]
fn the_key_can_be_read_before_anything_is_known() {
    assert_eq!(peek_write_key(br#"{"a":[1,{"writeKey":"inner"}],"writeKey":"wk_1"}"#).as_deref(), Some("wk_1"));
    assert_eq!(peek_write_key(br#"{"placements":["home"],"write_key":"wk_1"}"#).as_deref(), Some("wk_1"));
    assert_eq!(peek_write_key(br#"{"batch":[],"writeKey":null}"#), None);
    assert_eq!(peek_write_key(b"{"), None);
    assert_eq!(peek_write_key(b"\xff"), None);
}

#[test]
fn the_clients_clock_is_taken_out() {
    let project = Project::browser();
    assert_eq!(at(&project, json!({})), 0, "no timestamp: on receipt");
    assert_eq!(at(&project, json!({"sentAt": "2026-03-02T10:00:00Z"})), 0);
    assert_eq!(at(&project, json!({"timestamp": "2026-03-01T10:00:00Z"})), -86_400_000, "no sentAt: as it says");
    assert_eq!(at(&project, json!({"timestamp": "2020-01-01T00:00:00Z", "sentAt": "2020-01-01T00:00:05Z"})), -5_000);
    assert_eq!(
        at(&project, json!({"timestamp": "2026-03-02T11:00:01+01:00", "sentAt": "2026-03-02T10:00:02.0Z"})),
        -1_000
    );
    assert_eq!(at(&project, json!({"timestamp": 1_772_445_599, "sentAt": null})), -1_000, "seconds");
    assert_eq!(at(&project, json!({"timestamp": 1_772_445_599_500u64})), -500, "milliseconds");
    assert_eq!(at(&project, json!({"timestamp": 1_772_445_599.5})), -500);
    assert_eq!(at(&project, json!({"timestamp": "1772445599500", "sentAt": "garbage"})), -500);
    assert_eq!(
        at(&project, json!({"timestamp": "2001-01-01", "originalTimestamp": "2026-03-02T09:00:00Z"})),
        -3_600_000,
        "the original stands over the other"
    );
}

#[test]
fn a_moment_slightly_ahead_is_now_and_one_far_ahead_is_refused() {
    let project = Project::browser();
    assert_eq!(at(&project, json!({"timestamp": "2026-03-03T10:00:00.000Z"})), 0, "at the limit");
    let beyond = project.problem(json!({"timestamp": "2026-03-03T10:00:00.001Z"}));
    assert_eq!((beyond.code.as_str(), &*beyond.pointer), ("TIMESTAMP_FUTURE", "/timestamp"));
    for year in ["30000-01-01T00:00:00Z", "+030000-01-01T00:00:00Z", "1969-12-31T23:59:59Z", "yesterday"] {
        let problem = project.problem(json!({"originalTimestamp": year}));
        assert_eq!((problem.code.as_str(), &*problem.pointer), ("TIMESTAMP_INVALID", "/originalTimestamp"), "{year}");
    }
    let problem = project.problem(json!({"timestamp": "1970-01-01T00:00:00Z", "sentAt": "2036-01-01T00:00:00Z"}));
    assert_eq!(problem.code.as_str(), "TIMESTAMP_INVALID", "corrected to before 1970");
}

#[test]
fn the_context_of_a_batch_stands_under_each_events_own() {
    let body = json!({
        "batch": [
            {"type": "track", "event": "A", "userId": "u", "context": {"locale": "fr", "page": {"path": "/a"}}},
            {"type": "track", "event": "B", "userId": "u"},
        ],
        "context": {"locale": "en", "page": {"host": "shop"}, "ip": "203.0.113.9",
                    "consent": {"categoryPreferences": {"site": true}}},
        "sentAt": "2026-03-02T10:00:00Z", "integrations": {}
    });
    let parsed = Project::server().read(Route::Batch, &body);
    assert_eq!(json_of(&parsed.events[0].context), json!({"locale": "fr", "page": {"host": "shop", "path": "/a"}}));
    assert_eq!(json_of(&parsed.events[1].context), json!({"locale": "en", "page": {"host": "shop"}}));
    assert!(parsed.events.iter().all(|event| event.consent.is_some()));
}

#[test]
fn a_message_id_is_made_where_none_came_and_is_the_same_for_the_same_input() {
    let project = Project::browser();
    let event = json!({"type": "track", "event": "A", "userId": "u"});
    let ids = |events: serde_json::Value| {
        let parsed = project.read(Route::Batch, &json!({"batch": events}));
        parsed.events.iter().map(|event| event.message_id.to_string()).collect::<Vec<_>>()
    };
    let first = ids(json!([event, event]));
    assert_ne!(first[0], first[1], "the same event twice is two events");
    assert_eq!(first, ids(json!([event, event])));
    assert!(first[0].starts_with("auto-") && first[0].len() <= 100);
    let salted = api::tracking::Receiver { salt: 8, ..project.receiver() };
    let other = read(json!({"batch": [event]}).to_string().as_bytes(), Route::Batch, &salted).unwrap();
    assert_ne!(*other.events[0].message_id, *first[0]);
}

#[test]
fn the_names_of_version_1_become_those_of_version_2() {
    let project = Project::browser();
    for (sent, kept) in [
        ("Viewed Product", "Product Viewed"),
        ("Added Product", "Product Added"),
        ("Completed Order", "Order Completed"),
        ("Viewed Product Category", "Product List Viewed"),
        ("Order Completed", "Order Completed"),
        ("Something Else", "Something Else"),
    ] {
        assert_eq!(project.event(json!({"event": sent})).name(), kept);
    }
}

#[test]
fn numbers_sent_as_texts_are_turned_into_numbers_and_listed() {
    let event = Project::browser().event(json!({
        "event": "Completed Order",
        "properties": {
            "order_id": "0042", "total": "25.00", "coupon": "10", "revenue": "12,50", "tax": " 4 ",
            "products": [{"sku": "1", "price": "9.99", "quantity": "1"}, {"price": 3}, "odd", {"quantity": "NaN"}]
        },
    }));
    assert_eq!(
        json_of(&event.properties),
        json!({
            "order_id": "0042", "total": 25.0, "coupon": "10", "revenue": "12,50", "tax": 4,
            "products": [{"sku": "1", "price": 9.99, "quantity": 1}, {"price": 3}, "odd", {"quantity": "NaN"}]
        })
    );
    assert_eq!(
        json_of(&event.context)["coerced"],
        json!([
            "/properties/products/0/price",
            "/properties/products/0/quantity",
            "/properties/tax",
            "/properties/total"
        ])
    );
    let other = Project::browser().event(json!({"event": "Level Won", "properties": {"position": "3"}}));
    assert_eq!(other.properties.get("position"), Some(&Value::from("3")), "not an event of the vocabulary");
    assert_eq!(other.context.get("coerced"), None);
}

#[test]
fn traits_are_held_to_the_schema() {
    let project = Project::browser();
    let identify = |traits: serde_json::Value| json!({"type": "identify", "traits": traits});
    let event = project.event(identify(json!({
        "foot_width": 9.5, "children": 2.0, "birthday": "1990-05-01", "home": {"lat": 48.4, "lon": -4.5}, "tier": null,
        "nickname": {"any": ["thing"]}
    })));
    assert_eq!(event.properties.get("children"), Some(&Value::Int(2)));
    assert_eq!(event.properties.get("birthday"), api::time::read("1990-05-01").map(Value::Time).as_ref());
    assert_eq!(event.properties.get("foot_width"), Finite::new(9.5).map(Value::Float).as_ref());
    for (traits, pointer, end) in [
        (json!({"foot_width": "9.5"}), "/traits/foot_width", "must be a number; it is a text."),
        (json!({"children": 1.5}), "/traits/children", "must be a whole number; it is a number."),
        (json!({"birthday": "in May"}), "/traits/birthday", "must be a moment or a day in RFC 3339; it is a text."),
        (
            json!({"home": {"lat": 91, "lon": 0}}),
            "/traits/home",
            "must be a place with `lat` and `lon` in degrees; it is an object.",
        ),
        (json!({"tier": "bronze"}), "/traits/tier", "must be one of: gold, silver; it is a text."),
    ] {
        let problem = project.problem(identify(traits));
        assert_eq!((problem.code.as_str(), &*problem.pointer), ("TRAIT_TYPE", pointer));
        assert!(problem.message.ends_with(end), "{}", problem.message);
    }
}

#[test]
fn what_corrects_or_denies_a_trait_is_held_to_the_schema_too() {
    let project = Project::browser();
    let track =
        |name: &str, properties: serde_json::Value| json!({"type": "track", "event": name, "properties": properties});
    for name in ["Trait Corrected", " Trait Denied "] {
        let event = project.event(track(name, json!({"trait": "birthday", "value": "1990-05-01"})));
        assert_eq!(event.properties.get("value"), api::time::read("1990-05-01").map(Value::Time).as_ref());
        let problem = project.problem(track(name, json!({"trait": "children", "value": "two"})));
        assert_eq!((problem.code.as_str(), &*problem.pointer), ("TRAIT_TYPE", "/properties/value"));
        for properties in [json!({}), json!({"trait": " "}), json!({"trait": 7, "value": 7})] {
            let problem = project.problem(track(name, properties));
            assert_eq!((problem.code.as_str(), &*problem.pointer), ("TRAIT_TYPE", "/properties/trait"));
        }
    }
    project.event(track("Trait Denied", json!({"trait": "birthday"})));
    project.event(track("Trait Corrected", json!({"trait": "birthday", "value": null})));
    project.event(track("Trait Corrected", json!({"trait": "nickname", "value": {"any": "thing"}})));
    let problem = project.problem(track("Trait Corrected", json!({"trait": "birthday"})));
    assert_eq!((problem.code.as_str(), &*problem.pointer), ("TRAIT_TYPE", "/properties/value"));
}

#[test]
fn a_wish_that_does_not_say_what_it_is_about_is_refused() {
    let project = Project::browser();
    let track =
        |name: &str, properties: serde_json::Value| json!({"type": "track", "event": name, "properties": properties});
    for (name, properties, code, at) in [
        ("Evidence Removed", json!({}), "MISSING_FIELD", "/properties/event"),
        ("Evidence Removed", json!({"event": null}), "MISSING_FIELD", "/properties/event"),
        ("Evidence Removed", json!({"event": " "}), "VALIDATION", "/properties/event"),
        ("Evidence Removed", json!({"event": "page", "before": "soon"}), "BAD_MOMENT", "/properties/before"),
        ("Content Refused", json!({"until": "2026-05-01"}), "MISSING_FIELD", "/properties/experience"),
        ("Content Refused", json!({"tag": 7}), "VALIDATION", "/properties/tag"),
        (" Content Refused ", json!({"tag": "winter", "until": "tomorrow"}), "BAD_MOMENT", "/properties/until"),
        ("Content Refused", json!({"tag": "winter", "until": 7}), "BAD_MOMENT", "/properties/until"),
        ("Interest Refused", json!({}), "MISSING_FIELD", "/properties/topic"),
        ("Interest Refused", json!({"topics": []}), "MISSING_FIELD", "/properties/topic"),
        ("Interest Refused", json!({"topic": "boots"}), "VALIDATION", "/properties/topic"),
        ("Interest Declared", json!({"topics": ["tag:trail", ":boots"]}), "VALIDATION", "/properties/topics"),
    ] {
        let problem = project.problem(track(name, properties.clone()));
        assert_eq!((problem.code.as_str(), &*problem.pointer), (code, at), "{name} {properties}");
    }
    for (name, properties) in [
        ("Evidence Removed", json!({"event": "Product Viewed"})),
        ("Evidence Removed", json!({"event": "Product Viewed", "before": "2026-03-01T10:00:00+01:00"})),
        ("Content Refused", json!({"experience": "not-published-yet", "until": null})),
        ("Content Refused", json!({"content": "boots", "until": "2026-05-01"})),
        ("Interest Refused", json!({"topic": "category:boots"})),
        ("Interest Declared", json!({"topics": ["tag:trail", "brand:A:B"]})),
        ("Interest", json!({})),
    ] {
        project.event(track(name, properties));
    }
}

fn consent_of(project: &Project, event: serde_json::Value) -> Option<(String, Means)> {
    let signal = project.event(event).consent?;
    let said = signal.choices.iter().map(|(purpose, granted)| format!("{}{purpose}", if *granted { "+" } else { "-" }));
    Some((said.collect::<Vec<_>>().join(" "), signal.proof.means))
}

#[test]
fn consent_objects_are_mapped_to_purposes_and_silence_is_none() {
    let project = Project::browser();
    let segment =
        |preferences: serde_json::Value| json!({"context": {"consent": {"categoryPreferences": preferences}}});
    let said = |event| consent_of(&project, event).map(|(said, _)| said);
    assert_eq!(said(json!({})), None);
    assert_eq!(said(segment(json!({}))), None);
    assert_eq!(said(json!({"context": {"consent": null}})), None);
    assert_eq!(
        said(segment(
            json!({"Advertising": false, "Functional": true, "email": true, "Unheard Of": true, "sms": "yes"})
        )),
        Some("-ads +email -partner +site".into())
    );
    assert_eq!(said(segment(json!({"Advertising": true, "ads": false}))), Some("-ads +partner".into()), "denial wins");
    let rudder = json!({"context": {"consentManagement": {
        "allowedConsentIds": ["Functional"], "deniedConsentIds": ["Analytics"], "provider": "custom"}}});
    assert_eq!(said(rudder), Some("-measurement +site".into()));
}

#[test]
fn a_consent_signal_has_the_events_moment_and_its_source() {
    let event =
        json!({"timestamp": "2026-03-02T09:00:00Z", "context": {"consent": {"categoryPreferences": {"site": true}}}});
    let signal = Project::browser().event(event).consent.unwrap();
    assert_eq!(signal.at.as_millis(), NOW_MS - 3_600_000);
    assert_eq!((signal.proof.source.as_str(), signal.proof.means), ("web", Means::Event));
}

#[test]
fn privacy_control_denies_ads_and_partners_but_never_grants_nor_touches_the_site() {
    let mut project = Project::browser();
    project.gpc = Gpc::Present;
    assert_eq!(consent_of(&project, json!({})), Some(("-ads -partner".into(), Means::Gpc)));
    let object = json!({"categoryPreferences": {"Functional": true, "Advertising": true}});
    let riding = json!({"context": {"consent": object}});
    assert_eq!(consent_of(&project, riding), Some(("-ads -partner +site".into(), Means::Event)));
    let choosing = json!({"event": "Segment Consent Preference Updated", "context": {"consent": object}});
    assert_eq!(consent_of(&project, choosing), Some(("+ads +partner +site".into(), Means::Event)));
}

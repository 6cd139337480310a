//! What broken and hostile clients send: it is refused, one by one where it can be, and harms nothing else.

use api::tracking::{Kind, Parsed, Route, read};
use model::{consent::Means, limits};
use proptest::prelude::*;
use serde_json::json;

use crate::project::{Project, json_of};

fn good(id: &str) -> String {
    format!(r#"{{"type":"track","event":"A","userId":"u","messageId":"{id}"}}"#)
}

fn batch(events: &[String]) -> Parsed {
    let body = format!(r#"{{"batch":[{}]}}"#, events.join(","));
    read(body.as_bytes(), Route::Batch, &Project::browser().receiver()).expect("a body that can be read")
}

fn body_error(body: &[u8], route: Route) -> (u16, &'static str) {
    let error = read(body, route, &Project::browser().receiver()).expect_err("a body that cannot be read");
    (error.status(), error.code.as_str())
}

/// The only refusal in a batch where a good event stands on either side.
fn refusal(event: &str) -> (&'static str, String) {
    let parsed = batch(&[good("before"), event.to_owned(), good("after")]);
    assert_eq!(parsed.events.len(), 2, "the good ones are taken");
    assert_eq!(parsed.refused.len(), 1);
    let refused = &parsed.refused[0];
    assert_eq!((refused.index, &*refused.raw), (1, event));
    (refused.problem.code.as_str(), refused.problem.pointer.clone())
}

fn nested(levels: usize) -> String {
    format!("{}1{}", "[".repeat(levels), "]".repeat(levels))
}

#[test]
fn a_body_that_is_not_json_is_refused_with_line_and_column() {
    for body in ["", "{", "{\"batch\":[{]}", "{\"batch\":[NaN]}", "{\"batch\":[]} x", "{\"batch\":[{\"a\":Infinity}]}"]
    {
        assert_eq!(body_error(body.as_bytes(), Route::Batch), (400, "BAD_JSON"), "{body}");
    }
    let error = read(b"{\n  \"batch\": [oops]}", Route::Batch, &Project::browser().receiver()).unwrap_err();
    assert_eq!(error.message, "The body is not JSON from line 2, column 13.");
    assert_eq!(body_error(b"{\"batch\":[{\"a\":\"\xff\"}]}", Route::Batch), (400, "INVALID_UTF8"));
    assert_eq!(body_error(b"NaN", Route::One(Kind::Track)), (400, "BAD_JSON"));
}

#[test]
fn a_body_of_another_shape_is_refused() {
    for body in ["[]", "1", "null", "\"x\"", "{}", "{\"batch\":{}}", "{\"batch\":\"x\"}", "{\"batch\":null}"] {
        assert_eq!(body_error(body.as_bytes(), Route::Batch), (400, "BAD_BODY"), "{body}");
    }
    assert_eq!(body_error(b"[]", Route::One(Kind::Track)), (400, "BAD_BODY"));
}

#[test]
fn deep_json_refuses_its_event_and_overflows_nothing() {
    let event =
        |levels| format!(r#"{{"type":"track","event":"A","userId":"u","properties":{{"p":{}}}}}"#, nested(levels));
    // The properties are the first level.
    assert_eq!(batch(&[event(limits::VALUE_DEPTH - 1)]).events.len(), 1);
    assert_eq!(refusal(&event(limits::VALUE_DEPTH)), ("TOO_DEEP", "/properties".into()));
    assert_eq!(refusal(&event(10_000)), ("TOO_DEEP", "/properties".into()));
    let hidden = format!(r#"{{"type":"track","event":"A","userId":"u","unknown":{}}}"#, nested(10_000));
    assert_eq!(batch(&[hidden]).events.len(), 1, "what is not read cannot be too deep");
    assert_eq!(refusal(&nested(10_000)), ("NOT_AN_OBJECT", String::new()));
    assert_eq!(refusal(&format!(r#"{{"userId":{}}}"#, nested(2_000))).0, "NO_IDENTIFIER");
    let body = format!(r#"{{"batch":{}}}"#, "[".repeat(1_000_000));
    assert_eq!(body_error(body.as_bytes(), Route::Batch), (400, "BAD_JSON"));
}

#[test]
fn too_many_values_refuse_the_event() {
    let event = |count: usize| {
        let values = vec!["1"; count].join(",");
        format!(r#"{{"type":"track","event":"A","userId":"u","properties":{{"p":[{values}]}}}}"#)
    };
    assert_eq!(batch(&[event(limits::EVENT_VALUES - 1)]).events.len(), 1, "the list is a value too");
    assert_eq!(refusal(&event(limits::EVENT_VALUES)), ("TOO_MANY_VALUES", "/properties".into()));
    let properties: Vec<_> = (0..10_000).map(|n| format!("\"{n}\":1")).collect();
    let many = format!(r#"{{"type":"track","event":"A","userId":"u","properties":{{{}}}}}"#, properties.join(","));
    assert_eq!(refusal(&many).0, "EVENT_TOO_LARGE", "10,000 properties are also more than 32 KiB");
}

#[test]
fn an_event_beyond_its_bytes_is_refused_and_one_at_the_limit_is_not() {
    let event = |bytes: usize| {
        let rest = r#"{"type":"track","event":"A","userId":"u","properties":{"p":""}}"#.len();
        format!(r#"{{"type":"track","event":"A","userId":"u","properties":{{"p":"{}"}}}}"#, "x".repeat(bytes - rest))
    };
    assert_eq!(batch(&[event(limits::EVENT_BYTES)]).events.len(), 1);
    assert_eq!(refusal(&event(limits::EVENT_BYTES + 1)), ("EVENT_TOO_LARGE", String::new()));
    let huge = batch(&[event(1024 * 1024)]);
    assert_eq!(huge.refused[0].identifiers[0].identifier.to_string(), "user_id:u", "consent can be looked up");
}

#[test]
fn the_context_of_a_batch_counts_for_every_event_of_it() {
    let context = format!(r#"{{"p":"{}"}}"#, "x".repeat(limits::EVENT_BYTES - 50));
    let body = format!(r#"{{"batch":[{}],"context":{context}}}"#, good("m"));
    let parsed = read(body.as_bytes(), Route::Batch, &Project::browser().receiver()).unwrap();
    assert_eq!(parsed.refused[0].problem.code.as_str(), "EVENT_TOO_LARGE");
    let body = format!(r#"{{"batch":[{}],"context":[1]}}"#, good("m"));
    let parsed = read(body.as_bytes(), Route::Batch, &Project::browser().receiver()).unwrap();
    assert_eq!(parsed.refused[0].problem.code.as_str(), "NOT_AN_OBJECT");
    assert_eq!(parsed.refused[0].problem.pointer, "/context");
}

#[test]
fn events_beyond_the_batch_are_refused_one_by_one_and_beyond_all_measure_together() {
    let events: Vec<_> = (0..=limits::BATCH_EVENTS).map(|n| good(&n.to_string())).collect();
    let parsed = batch(&events);
    assert_eq!(parsed.events.len(), limits::BATCH_EVENTS);
    let refused = &parsed.refused[0];
    assert_eq!((refused.problem.code.as_str(), refused.index), ("BATCH_TOO_LONG", 2_500));
    assert_eq!(refused.message_id.as_deref(), Some("2500"));
    let body = |count| format!(r#"{{"batch":[{}]}}"#, vec!["0"; count].join(","));
    let parsed = read(body(limits::BODY_EVENTS).as_bytes(), Route::Batch, &Project::browser().receiver()).unwrap();
    assert_eq!(parsed.refused.len(), limits::BODY_EVENTS);
    assert_eq!(body_error(body(limits::BODY_EVENTS + 1).as_bytes(), Route::Batch), (413, "TOO_MANY_EVENTS"));
}

#[test]
fn names_and_ids_have_limits() {
    let event =
        |name: &str, id: &str| json!({"type": "track", "event": name, "userId": "u", "messageId": id}).to_string();
    let (name, id) = ("n".repeat(limits::EVENT_NAME_BYTES), "i".repeat(limits::MESSAGE_ID_BYTES));
    assert_eq!(batch(&[event(&name, &id)]).events.len(), 1);
    assert_eq!(refusal(&event(&format!("{name}n"), "m")), ("EVENT_NAME_INVALID", "/event".into()));
    assert_eq!(refusal(&event("a\u{0}b", "m")), ("EVENT_NAME_INVALID", "/event".into()));
    assert_eq!(refusal(&event(" ", "m")), ("EVENT_NAME_MISSING", "/event".into()));
    assert_eq!(refusal(&event("A", &format!("{id}i"))), ("MESSAGE_ID_TOO_LONG", "/messageId".into()));
    assert_eq!(refusal(&event("A", "\n")), ("MESSAGE_ID_INVALID", "/messageId".into()));
    assert_eq!(refusal(r#"{"type":"track","event":"A","userId":"u","messageId":{}}"#).0, "MESSAGE_ID_INVALID");
}

#[test]
fn parts_of_another_shape_are_pointed_at() {
    for (event, problem) in [
        ("1", ("NOT_AN_OBJECT", "")),
        (r#"{"type":"order","userId":"u"}"#, ("UNKNOWN_TYPE", "/type")),
        (r#"{"userId":"u"}"#, ("UNKNOWN_TYPE", "/type")),
        (r#"{"type":"group","userId":"u","groupId":null}"#, ("GROUP_ID_MISSING", "/groupId")),
        (r#"{"type":"track","event":"A","userId":"u","properties":"x"}"#, ("NOT_AN_OBJECT", "/properties")),
        (r#"{"type":"identify","userId":"u","traits":[]}"#, ("NOT_AN_OBJECT", "/traits")),
        (r#"{"type":"track","event":"A","userId":"u","context":7}"#, ("NOT_AN_OBJECT", "/context")),
        (r#"{"type":"track","event":"A","userId":"u","properties":{"n":1e400}}"#, ("BAD_VALUE", "/properties")),
    ] {
        assert_eq!(refusal(event), (problem.0, problem.1.to_owned()), "{event}");
    }
}

#[test]
fn nul_cut_emoji_and_repeated_keys_harm_nothing() {
    let event = r#"{"type":"track","event":"A","userId":"u","userId":"v","properties":{
        "nul":"a\u0000b","cut":"\ud83d","low":"x\udE00y","whole":"\ud83d\ude00","escaped":"\\ud83d","twice":1,"twice":2}}"#;
    let parsed = batch(&[event.to_owned()]);
    let event = &parsed.events[0];
    assert_eq!(
        json_of(&event.properties),
        json!({"nul": "a\u{0}b", "cut": "\u{fffd}", "low": "x\u{fffd}y", "whole": "😀", "escaped": "\\ud83d", "twice": 2})
    );
    assert_eq!(event.identifiers[0].identifier.to_string(), "user_id:v");
}

#[test]
fn a_refused_event_still_says_whom_it_is_about_and_what_they_consented_to() {
    let event = format!(
        r#"{{"type":"track","event":"A","userId":"u","messageId":"m","properties":{{"p":{}}},
            "context":{{"consent":{{"categoryPreferences":{{"site":false}}}},"ip":"203.0.113.9"}}}}"#,
        nested(50)
    );
    let parsed = batch(&[event]);
    let refused = &parsed.refused[0];
    assert_eq!(refused.message_id.as_deref(), Some("m"));
    assert_eq!(refused.identifiers[0].identifier.to_string(), "user_id:u");
    let consent = refused.consent.as_ref().unwrap();
    assert_eq!((&consent.choices[0].1, consent.proof.means), (&false, Means::Event));
}

#[test]
fn a_problem_names_fields_and_never_values() {
    let event = json!({
        "type": "identify", "userId": "secret-user", "anonymousId": "secret-anon", "messageId": "m",
        "traits": {"foot_width": "secret-width", "email": "secret@example.org"}
    });
    let problem = Project::browser().problem(event);
    assert!(!format!("{problem:?}").contains("secret"), "{problem:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_bytes_are_read_or_refused(mut body in proptest::collection::vec(any::<u8>(), 0..200)) {
        let project = Project::browser();
        let _ = read(&body, Route::Batch, &project.receiver()).map(|parsed| parsed.events.len());
        body.splice(0..0, br#"{"batch":[{"userId":"u","type":"track","event":""#.iter().copied());
        let _ = read(&body, Route::Batch, &project.receiver()).map(|parsed| parsed.events.len());
    }

    #[test]
    fn every_event_of_a_batch_is_taken_or_refused(kinds in proptest::collection::vec(0..6usize, 0..20)) {
        let forms = [
            json!({"type": "track", "event": "A", "userId": "u"}), json!(null), json!([]), json!({"type": "page"}),
            json!({"type": "identify", "anonymousId": 5, "traits": {"foot_width": true}}), json!({"type": "screen", "userId": "u"}),
        ];
        let events: Vec<_> = kinds.iter().map(|kind| forms[*kind].clone()).collect();
        let parsed = Project::browser().read(Route::Batch, &json!({"batch": events}));
        prop_assert_eq!(parsed.events.len() + parsed.refused.len(), events.len());
        prop_assert_eq!(parsed.events.len(), kinds.iter().filter(|kind| matches!(kind, 0 | 5)).count());
    }
}

//! What must not be taken, whoever sends it and whatever was agreed to: biometric data, what somebody did on the sites
//! of others, special categories that were not declared.

use std::borrow::Cow;

use model::{
    fact::FactKind,
    sensitive::{category, is_biometric, is_browsing_elsewhere, is_event_elsewhere},
    value::{Fields, Value},
    wish::{TRAIT_CORRECTED, TRAIT_FIELD, VALUE_FIELD},
};
use serde_json::{Map, Value as Json};

use crate::error::{Code, pointer};

use super::{Kind, Problem, Receiver, message::Message, value::Pairs};

/// The first thing in an event that must not be taken.
pub(super) fn problem(message: &Message<'_>, kind: Option<Kind>, receiver: &Receiver<'_>) -> Option<Problem> {
    named(message).or_else(|| shown_elsewhere(message, receiver)).or_else(|| match kind {
        Some(Kind::Identify) => special(&message.context.traits, "/context/traits", receiver)
            .or_else(|| special(&message.traits, "/traits", receiver)),
        Some(Kind::Track) => corrected(message, receiver),
        _ => None,
    })
}

/// A correction says a trait in two fields: what it is about, and what is right.
fn corrected(message: &Message<'_>, receiver: &Receiver<'_>) -> Option<Problem> {
    if message.event.text()?.trim() != TRAIT_CORRECTED {
        return None;
    }
    let last = |field: &str| message.properties.iter().rev().find(|(name, _)| **name == *field).map(|(_, value)| value);
    let said: Pairs = vec![(last(TRAIT_FIELD)?.as_text()?.into(), last(VALUE_FIELD)?.clone())];
    let problem = among_pairs(&said, "").or_else(|| special(&said, "", receiver))?;
    Some(Problem { pointer: pointer("/properties", TRAIT_FIELD), ..problem })
}

/// What names say: of the event, of its fields at any depth, of its namespaces of identifiers.
fn named(message: &Message<'_>) -> Option<Problem> {
    for (name, at) in [(message.event.text(), "/event"), (message.name.text(), "/name")] {
        let Some(name) = name else { continue };
        if is_biometric(&name) {
            return Some(Problem::new(Code::BiometricData, at));
        }
        if is_event_elsewhere(&name) {
            return Some(Problem::new(Code::BrowsingElsewhere, at));
        }
    }
    let context = &message.context;
    among_pairs(&message.properties, "/properties")
        .or_else(|| among_pairs(&message.traits, "/traits"))
        .or_else(|| among_pairs(&context.traits, "/context/traits"))
        .or_else(|| among_fields(&context.fields, "/context"))
        .or_else(|| within(context.identifiers.as_ref()?, "/context/identifiers"))
        .or_else(|| among_ids(context.external_ids.as_ref()?))
}

fn among_pairs(pairs: &Pairs, parent: &str) -> Option<Problem> {
    pairs.iter().find_map(|(name, value)| field(name, value, parent))
}

fn among_fields(fields: &Fields, parent: &str) -> Option<Problem> {
    fields.iter().find_map(|(name, value)| field(name, value, parent))
}

fn field(name: &str, value: &Value, parent: &str) -> Option<Problem> {
    let code = if is_biometric(name) {
        Code::BiometricData
    } else if is_browsing_elsewhere(name) {
        Code::BrowsingElsewhere
    } else {
        // Most values hold no others: then there is no need to say where they stand.
        return match value {
            Value::List(_) | Value::Map(_) => within(value, &pointer(parent, name)),
            _ => None,
        };
    };
    Some(Problem::new(code, pointer(parent, name)))
}

/// A depth that is bounded where values are read: [`model::limits::VALUE_DEPTH`].
fn within(value: &Value, at: &str) -> Option<Problem> {
    match value {
        Value::Map(fields) => among_fields(fields, at),
        Value::List(values) => values.iter().enumerate().find_map(|(place, value)| match value {
            Value::List(_) | Value::Map(_) => within(value, &format!("{at}/{place}")),
            _ => None,
        }),
        _ => None,
    }
}

/// Segment's list of identifiers says in a value what each is.
fn among_ids(ids: &Value) -> Option<Problem> {
    let Value::List(ids) = ids else { return None };
    let is_forbidden = |id: &Value| match id {
        Value::Map(fields) => fields.get("type").and_then(Value::as_text).is_some_and(is_biometric),
        _ => false,
    };
    let place = ids.iter().position(is_forbidden)?;
    Some(Problem::new(Code::BiometricData, format!("/context/externalIds/{place}/type")))
}

/// A page or a product on a host that is not the shop's, where the shop said which are.
fn shown_elsewhere(message: &Message<'_>, receiver: &Receiver<'_>) -> Option<Problem> {
    let is_elsewhere = |url: &Value| url.as_text().is_some_and(|url| !receiver.hosts.admits(url));
    let refused = |at: &str| Problem::new(Code::BrowsingElsewhere, at);
    if message.context.fields.at(&["page", "url"]).is_some_and(is_elsewhere) {
        return Some(
            refused("/context/page/url").saying("The page is on none of the hosts in the setting `site_hosts`."),
        );
    }
    for (name, value) in &message.properties {
        match (&**name, value) {
            ("url" | "page_url", url) if is_elsewhere(url) => {
                let told = refused(&pointer("/properties", name));
                return Some(told.saying("The address is on none of the hosts in the setting `site_hosts`."));
            }
            ("products", Value::List(products)) => {
                let theirs = |product: &Value| matches!(product, Value::Map(fields) if fields.get("url").is_some_and(is_elsewhere));
                if let Some(place) = products.iter().position(theirs) {
                    let told = refused(&format!("/properties/products/{place}/url"));
                    return Some(told.saying("The product is on none of the hosts in the setting `site_hosts`."));
                }
            }
            _ => {}
        }
    }
    None
}

/// A trait of a special category that the person did not declare, or that has no purpose of its own. To take a value
/// back is always allowed.
fn special(traits: &Pairs, parent: &str, receiver: &Receiver<'_>) -> Option<Problem> {
    traits.iter().filter(|(_, value)| *value != Value::Null).find_map(|(name, _)| {
        let category = category(name)?;
        let has_purpose = receiver.schema.get(name).is_some_and(|rules| rules.purpose.is_some());
        if has_purpose && receiver.source.kind == FactKind::Declared {
            return None;
        }
        let message = format!(
            "`{name}` says {}: that is taken only as the person declared it, for a trait with a purpose of its own.",
            category.words()
        );
        Some(Problem::new(Code::SpecialCategory, pointer(parent, name)).saying(message))
    })
}

/// What may be kept of an event that is refused: all of it, as it was sent, unless something in it must not be taken.
pub(super) fn without(raw: &str, code: Code) -> String {
    let is_schema = matches!(code, Code::BiometricData | Code::BrowsingElsewhere | Code::SpecialCategory);
    if is_schema || names(raw).any(|name| is_biometric(&name)) { skeleton(raw) } else { raw.to_owned() }
}

/// Type, name, ids and moment of an event, and nothing else.
fn skeleton(raw: &str) -> String {
    const KEPT: [&str; 8] =
        ["type", "event", "messageId", "anonymousId", "userId", "timestamp", "originalTimestamp", "sentAt"];
    let whole: Map<String, Json> = serde_json::from_str(raw).unwrap_or_default();
    let is_kept = |(name, value): &(String, Json)| KEPT.contains(&&**name) && !value.is_object() && !value.is_array();
    Json::Object(whole.into_iter().filter(is_kept).collect()).to_string()
}

/// The names in a JSON text, also in one that is cut short or too deep to be read.
fn names(raw: &str) -> impl Iterator<Item = Cow<'_, str>> {
    let mut rest = raw;
    std::iter::from_fn(move || {
        loop {
            let start = rest.find('"')?;
            let text = &rest[start + 1..];
            let end = end_of_text(text)?;
            rest = &text[end + 1..];
            if rest.trim_start().starts_with(':') {
                return Some(unescaped(&text[..end]));
            }
        }
    })
}

/// Where a text ends that began before: the bytes before its quotation mark.
fn end_of_text(text: &str) -> Option<usize> {
    let mut is_escaped = false;
    text.bytes().position(|byte| {
        let ends = byte == b'"' && !is_escaped;
        is_escaped = byte == b'\\' && !is_escaped;
        ends
    })
}

fn unescaped(text: &str) -> Cow<'_, str> {
    if !text.contains('\\') {
        return Cow::Borrowed(text);
    }
    serde_json::from_str(&format!("\"{text}\"")).map_or(Cow::Borrowed(text), Cow::Owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_in_json_of_any_kind() {
        for (raw, expected) in [
            (r#"{"a": {"b" : ["c", {"d":1}]}}"#, &["a", "b", "d"][..]),
            (r#"{"a\"b": "c: d", "\u0066ace_id": 1}"#, &["a\"b", "face_id"]),
            (r#"{"a": "x", "b"#, &["a"]),
            ("[[[[[[", &[]),
            ("", &[]),
            (r#"{"\": 1}"#, &[]),
        ] {
            let found: Vec<String> = names(raw).map(Cow::into_owned).collect();
            assert_eq!(found, expected, "{raw}");
        }
    }

    #[test]
    fn of_what_must_not_be_taken_nothing_is_left() {
        let raw =
            r#"{"type":"track","event":"Login","userId":"ana","properties":{"face_template":"AAEC"},"context":{}}"#;
        let left = r#"{"event":"Login","type":"track","userId":"ana"}"#;
        assert_eq!(without(raw, Code::BiometricData), left);
        assert_eq!(without(raw, Code::EventTooLarge), left, "whatever else is wrong with it");
        assert_eq!(without(&raw[..raw.len() - 5], Code::BadValue), "{}", "also if it cannot be read");
        let innocent = raw.replace("face_template", "face_cream");
        assert_eq!(without(&innocent, Code::EventTooLarge), innocent);
        assert_eq!(without(&innocent, Code::BrowsingElsewhere), left);
        assert_eq!(without(r#"{"userId":{"face":[1]},"type":"track"}"#, Code::SpecialCategory), r#"{"type":"track"}"#);
    }
}

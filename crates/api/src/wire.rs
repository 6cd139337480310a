//! Requests and answers as JSON: `snake_case`, but for the tracking protocol, which keeps its clients' `camelCase`.
//!
//! Each type is the schema that OpenAPI shows. Ids are texts with their kind's prefix; a person is named by `prf_…`
//! or by `namespace:value`.

pub mod cart;
pub mod catalog;
pub mod census;
pub mod collect;
pub mod consent;
pub mod decision;
pub mod definition;
pub mod demand;
pub mod experience;
pub mod finder;
pub mod identity;
pub mod interest;
pub mod key;
pub mod live;
pub mod measure;
pub mod nearby;
pub mod profile;
pub mod publication;
pub mod recommend;
pub mod rejected;
pub mod search;
pub mod segment;
pub mod system;
pub mod tag;

use std::{borrow::Cow, str::FromStr};

use model::{
    id::ProfileId,
    identifier::Identifier,
    name::{Name, Namespace},
    time::Timestamp,
};
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{DeserializeOwned, Error},
};
use serde_path_to_error::Segment;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{KnownFormat, ObjectBuilder, RefOr, Schema, SchemaFormat, schema::Type},
};

use crate::{
    error::{ApiError, Code, pointer},
    time,
};

/// Reads the body of one of our own endpoints.
///
/// # Errors
/// `BAD_JSON` (400); `MISSING_FIELD`, `UNKNOWN_FIELD`, `UNKNOWN_WORD`, `VALIDATION` with a pointer (422). The message never repeats a
/// value of the body, since it may be personal.
pub fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, ApiError> {
    let read = match body.trim_ascii_start().first() {
        Some(b'[') => Err(Error::custom("a list")),
        _ => serde_json::from_slice(body),
    };
    read.map_err(|error: serde_json::Error| {
        if !error.is_data() {
            let place = format!("line {}, column {}", error.line(), error.column());
            return ApiError::new(Code::BadJson).saying(format!("The body is not JSON from {place}."));
        }
        // A list would be read as the fields in their order.
        if body.trim_ascii_start().first() != Some(&b'{') {
            return ApiError::new(Code::Validation).saying("The body has to be an object.").at("");
        }
        // Read once more, now that it is known to be wrong: following the path costs time.
        let mut json = serde_json::Deserializer::from_slice(body);
        match serde_path_to_error::deserialize::<_, T>(&mut json) {
            Ok(_) => ApiError::new(Code::Validation),
            Err(error) => misfit(&pointer_to(error.path()), &error.inner().to_string()),
        }
    })
}

/// What serde says of a value that does not fit, in our words. Of its texts only what follows from our types is used:
/// names of fields, and what was expected.
fn misfit(at: &str, text: &str) -> ApiError {
    let name = |start| Some(text.strip_prefix(start)?.split_once('`')?.0);
    let expected = text.rsplit_once(", expected ").map(|(_, expected)| expected);
    let expected = expected.map(|text| text.rsplit_once(" at line ").map_or(text, |(text, _)| text));
    if let Some(name) = name("missing field `") {
        return ApiError::new(Code::MissingField)
            .saying(format!("The field `{name}` is missing."))
            .at(pointer(at, name));
    }
    let known = expected.and_then(|text| text.strip_prefix("one of ").or(text.strip_prefix('`').map(|_| text)));
    if text.starts_with("unknown field `") {
        let known = known.map_or_else(|| "There are none here.".to_owned(), |known| format!("Known are {known}."));
        return ApiError::new(Code::UnknownField).saying(format!("This field is not known. {known}")).at(at.to_owned());
    }
    let expected = match expected {
        Some("a sequence") => "a list",
        Some("a map") => "an object",
        Some(text) if text.starts_with("struct ") => "an object",
        Some("a string" | "a borrowed string") => "a text",
        Some("a boolean") => "`true` or `false`",
        Some(text) if text.starts_with(['u', 'i']) && text[1..].parse::<u8>().is_ok() => "a whole number",
        Some("f64") => "a number",
        Some(text) => text,
        // Our own types say what they expect without a comma before it.
        None => {
            text.strip_prefix("expected ").and_then(|text| text.split(" at line ").next()).unwrap_or("another value")
        }
    };
    let code = if text.starts_with("unknown variant ") { Code::UnknownWord } else { Code::Validation };
    ApiError::new(code).saying(format!("This has to be {expected}.")).at(at.to_owned())
}

/// The JSON pointer of a path.
fn pointer_to(path: &serde_path_to_error::Path) -> String {
    path.iter().fold(String::new(), |at, segment| match segment {
        Segment::Seq { index } => format!("{at}/{index}"),
        Segment::Map { key } => pointer(&at, key),
        Segment::Enum { .. } | Segment::Unknown => at,
    })
}

/// A moment: RFC 3339, written in UTC, read with any offset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment(pub Timestamp);

impl From<Timestamp> for Moment {
    fn from(moment: Timestamp) -> Self {
        Self(moment)
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&time::write(self.0))
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<str>::deserialize(deserializer)?;
        time::read(&text).map(Self).ok_or_else(|| D::Error::custom("expected a moment in RFC 3339"))
    }
}

impl PartialSchema for Moment {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)))
            .description(Some("A moment in RFC 3339."))
            .into()
    }
}
impl ToSchema for Moment {}

/// How a path or a request names one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PersonRef {
    /// `prf_…`
    Profile(ProfileId),
    /// `namespace:value`; the value is not normalized yet.
    Identifier(Identifier),
}

impl FromStr for PersonRef {
    type Err = NotAPerson;

    fn from_str(text: &str) -> Result<Self, NotAPerson> {
        if let Ok(id) = text.parse() {
            return Ok(Self::Profile(id));
        }
        match text.split_once(':') {
            Some((namespace, value)) if !value.is_empty() && Name::<Namespace>::from(namespace).definable() => {
                Ok(Self::Identifier(Identifier { namespace: namespace.into(), value: value.into() }))
            }
            _ => Err(NotAPerson),
        }
    }
}

/// A text that names no person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected prf_… or namespace:value")]
pub struct NotAPerson;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_is_named_by_id_or_identifier() {
        let id = ProfileId::from_bits(5);
        assert_eq!(id.to_string().parse(), Ok(PersonRef::Profile(id)));
        let Ok(PersonRef::Identifier(email)) = "email:a:b@example.org".parse() else { panic!("an identifier") };
        assert_eq!((email.namespace.as_str(), &*email.value), ("email", "a:b@example.org"));
        for bad in ["", "prf_1", "email:", ":x", "E mail:x", "someone"] {
            assert_eq!(bad.parse::<PersonRef>(), Err(NotAPerson), "{bad}");
        }
    }

    #[test]
    fn a_body_that_does_not_fit_says_where_and_repeats_no_value() {
        let wrong = |body: &str| {
            let error = read::<consent::ConsentRequest>(body.as_bytes()).unwrap_err();
            assert!(!error.message.contains("secret"), "{}", error.message);
            (error.code.as_str(), error.pointer, error.message)
        };
        let at = |pointer: &str| Some(pointer.to_owned());
        assert_eq!(wrong("{").0, "BAD_JSON");
        assert_eq!(wrong(r#"{"user_id":"u"}"#).0, "MISSING_FIELD");
        assert_eq!(wrong(r#"{"user_id":"u"}"#).1, at("/purposes"));
        assert_eq!(wrong(r#"{"purposes":{},"a/b":"secret"}"#).1, at("/a~1b"));
        assert!(wrong(r#"{"purposes":{},"a/b":"secret"}"#).2.contains("`user_id`"));
        let misfit = |body: &str, at: &str, expected: &str| {
            let (code, pointer, message) = wrong(body);
            assert_eq!((code, pointer.as_deref()), ("VALIDATION", Some(at)));
            assert_eq!(message, format!("This has to be {expected}."));
        };
        misfit(r#"{"purposes":"secret"}"#, "/purposes", "an object");
        misfit(r#"{"purposes":{"site":"secret, expected one of"}}"#, "/purposes/site", "`true` or `false`");
        misfit(r#"{"purposes":{},"at":"secret"}"#, "/at", "a moment in RFC 3339");
        misfit(r#"{"purposes":{},"user_id":12}"#, "/user_id", "a text");
        for list in ["[1]", r#" [null, {"site": true}]"#, "7"] {
            assert_eq!(wrong(list), ("VALIDATION", at(""), "The body has to be an object.".into()), "{list}");
        }
        let word = read::<decision::DecideRequest>(br#"{"placements":[],"format":"secret"}"#).unwrap_err();
        assert_eq!(word.pointer.as_deref(), Some("/format"));
        assert_eq!(word.message, "This has to be one of `json`, `html`, `text`.");
        let list = read::<decision::DecideRequest>(br#"{"placements":["a",7]}"#).unwrap_err();
        assert_eq!((list.pointer.as_deref(), &*list.message), (Some("/placements/1"), "This has to be a text."));
        assert!(read::<consent::ConsentRequest>(br#"{"purposes":{"site":true},"anonymousId":"a"}"#).is_ok());
    }

    #[test]
    fn a_moment_is_read_with_any_offset_and_written_in_utc() {
        let moment: Moment = serde_json::from_str("\"2026-03-02T11:00:00+01:00\"").unwrap();
        assert_eq!(serde_json::to_string(&moment).unwrap(), "\"2026-03-02T10:00:00Z\"");
        assert!(serde_json::from_str::<Moment>("\"soon\"").is_err());
    }
}

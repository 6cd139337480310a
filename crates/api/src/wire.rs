//! Requests and answers as JSON: `snake_case`, but for the tracking protocol, which keeps its clients' `camelCase`.
//!
//! Each type is the schema that OpenAPI shows. Ids are texts with their kind's prefix; a person is named by `prf_…`
//! or by `namespace:value`.

pub mod collect;
pub mod consent;
pub mod decision;
pub mod definition;
pub mod experience;
pub mod identity;
pub mod key;
pub mod live;
pub mod profile;
pub mod publication;
pub mod rejected;
pub mod segment;
pub mod system;

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
/// `BAD_JSON` (400); `MISSING_FIELD`, `UNKNOWN_FIELD` with a pointer, `VALIDATION` with line and column (422). The
/// message never repeats a value of the body, since it may be personal.
pub fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, ApiError> {
    serde_json::from_slice(body).map_err(|error| {
        let place = format!("line {}, column {}", error.line(), error.column());
        if !error.is_data() {
            return ApiError::new(Code::BadJson).saying(format!("The body is not JSON from {place}."));
        }
        let text = error.to_string();
        let field = |start| Some(text.strip_prefix(start)?.split_once('`')?.0);
        match (field("missing field `"), field("unknown field `")) {
            (Some(name), _) => ApiError::new(Code::MissingField)
                .saying(format!("The field `{name}` is missing."))
                .at(pointer("", name)),
            (_, Some(name)) => ApiError::new(Code::UnknownField).at(pointer("", name)),
            _ => ApiError::new(Code::Validation).saying(format!("The value at {place} is not what its field holds.")),
        }
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
        let (code, pointer, message) = wrong(r#"{"purposes":"secret"}"#);
        assert_eq!((code, pointer), ("VALIDATION", None));
        assert_eq!(message, "The value at line 1, column 20 is not what its field holds.");
        assert_eq!(wrong(r#"{"purposes":{},"at":"secret"}"#).0, "VALIDATION");
        assert!(read::<consent::ConsentRequest>(br#"{"purposes":{"site":true},"anonymousId":"a"}"#).is_ok());
    }

    #[test]
    fn a_moment_is_read_with_any_offset_and_written_in_utc() {
        let moment: Moment = serde_json::from_str("\"2026-03-02T11:00:00+01:00\"").unwrap();
        assert_eq!(serde_json::to_string(&moment).unwrap(), "\"2026-03-02T10:00:00Z\"");
        assert!(serde_json::from_str::<Moment>("\"soon\"").is_err());
    }
}

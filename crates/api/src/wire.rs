//! Requests and answers as JSON: `snake_case`, but for the tracking protocol, which keeps its clients' `camelCase`.
//!
//! Each type is the schema that OpenAPI shows. Ids are texts with their kind's prefix; a person is named by `prf_…`
//! or by `namespace:value`.

pub mod collect;
pub mod consent;
pub mod definition;
pub mod identity;
pub mod key;
pub mod live;
pub mod profile;
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
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{KnownFormat, ObjectBuilder, RefOr, Schema, SchemaFormat, schema::Type},
};

use crate::time;

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
    fn a_moment_is_read_with_any_offset_and_written_in_utc() {
        let moment: Moment = serde_json::from_str("\"2026-03-02T11:00:00+01:00\"").unwrap();
        assert_eq!(serde_json::to_string(&moment).unwrap(), "\"2026-03-02T10:00:00Z\"");
        assert!(serde_json::from_str::<Moment>("\"soon\"").is_err());
    }
}

//! The project's trait schema: which traits there are and what they hold. A new trade field is a line here, not code.

use std::collections::BTreeMap;

use crate::{
    name::{Name, Purpose, Trait},
    value::{Fields, Value},
};

/// What a trait may hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TraitType {
    /// Any text, at most [`TraitType::TEXT_BYTES`].
    Text,
    /// One of these texts.
    OneOf(Vec<String>),
    /// Any number.
    Number,
    /// A whole number.
    Int,
    /// True or false.
    Bool,
    /// A moment or a day (RFC 3339; a day is its first moment in UTC).
    Time,
    /// A place on earth: a map with `lat` and `lon` in degrees.
    Place,
    /// A list of texts.
    Texts,
    /// Anything that JSON can say. Conditions can only ask whether it is there.
    Any,
}

impl TraitType {
    /// Bytes of a text trait, at most.
    pub const TEXT_BYTES: usize = 4 * 1024;

    /// The word used in definitions and error messages.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::OneOf(_) => "one_of",
            Self::Number => "number",
            Self::Int => "int",
            Self::Bool => "bool",
            Self::Time => "time",
            Self::Place => "place",
            Self::Texts => "texts",
            Self::Any => "any",
        }
    }

    /// Whether a value, already converted, is of this type. [`Value::Null`] is of every type: it takes a value back.
    pub fn admits(&self, value: &Value) -> bool {
        match (self, value) {
            (_, Value::Null) | (Self::Any, _) => true,
            (Self::Text, Value::Text(text)) => text.len() <= Self::TEXT_BYTES,
            (Self::OneOf(texts), Value::Text(text)) => texts.iter().any(|t| **t == **text),
            (Self::Number, Value::Int(_) | Value::Float(_)) => true,
            (Self::Int, Value::Int(_)) | (Self::Bool, Value::Bool(_)) | (Self::Time, Value::Time(_)) => true,
            (Self::Place, Value::Map(fields)) => is_place(fields),
            (Self::Texts, Value::List(values)) => values.iter().all(|v| matches!(v, Value::Text(_))),
            _ => false,
        }
    }
}

fn is_place(fields: &Fields) -> bool {
    let within = |name: &str, most: f64| {
        fields.get(name).and_then(Value::as_number).is_some_and(|degrees| degrees.abs() <= most)
    };
    within("lat", 90.0) && within("lon", 180.0)
}

/// One trait of the schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TraitRules {
    /// What it holds.
    pub holds: TraitType,
    /// The purpose without whose grant it is refused; `None`: it follows its source.
    pub purpose: Option<Name<Purpose>>,
}

/// All traits of a project.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TraitSchema {
    /// The traits by name.
    pub traits: BTreeMap<Name<Trait>, TraitRules>,
}

impl TraitSchema {
    /// The rules of a trait; `None` if the project has no such trait. Such traits are kept as [`TraitType::Any`].
    pub fn get(&self, name: &str) -> Option<&TraitRules> {
        self.traits.get(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_on_earth() {
        let place =
            |lat: i64, lon: i64| Value::Map([("lat", Value::Int(lat)), ("lon", Value::Int(lon))].into_iter().collect());
        assert!(TraitType::Place.admits(&place(48, -4)));
        assert!(!TraitType::Place.admits(&place(91, 0)));
        assert!(!TraitType::Place.admits(&Value::from("Brest")));
    }

    #[test]
    fn one_of_admits_its_texts_only() {
        let width = TraitType::OneOf(vec!["narrow".into(), "wide".into()]);
        assert!(width.admits(&Value::from("wide")));
        assert!(!width.admits(&Value::from("Wide")));
        assert!(width.admits(&Value::Null));
    }
}

//! Our values as JSON, and back, with no tree of JSON in between.

use std::{borrow::Borrow, fmt};

use model::value::{Fields, Value};
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{DeserializeSeed, MapAccess, Visitor},
    ser::{SerializeMap, SerializeSeq},
};

use crate::tracking::value::{Budget, ValueSeed};

/// A value that is JSON on the wire, held or borrowed. A moment is written in RFC 3339, and read as the text that it
/// is there. Depth is bounded by the parser (128 levels).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Json<V = Value>(pub V);

/// Values by name that are a JSON object on the wire, held or borrowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct JsonFields<F = Fields>(pub F);

impl fmt::Display for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&serde_json::to_string(self).expect("names are texts and numbers are finite"))
    }
}

impl JsonFields {
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<V: Borrow<Value>> Serialize for Json<V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0.borrow() {
            Value::Null => serializer.serialize_unit(),
            Value::Bool(value) => serializer.serialize_bool(*value),
            Value::Int(value) => serializer.serialize_i64(*value),
            Value::Float(value) => serializer.serialize_f64(value.get()),
            Value::Text(value) => serializer.serialize_str(value),
            Value::Time(value) => serializer.serialize_str(&crate::time::write(*value)),
            Value::List(values) => {
                let mut list = serializer.serialize_seq(Some(values.len()))?;
                for value in values.iter() {
                    list.serialize_element(&Json(value))?;
                }
                list.end()
            }
            Value::Map(fields) => JsonFields(fields).serialize(serializer),
        }
    }
}

impl<F: Borrow<Fields>> Serialize for JsonFields<F> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let fields = self.0.borrow();
        let mut map = serializer.serialize_map(Some(fields.len()))?;
        for (name, value) in fields.iter() {
            map.serialize_entry(&**name, &Json(value))?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        ValueSeed { budget: &Budget::unbounded(), level: 0 }.deserialize(deserializer).map(Self)
    }
}

impl<'de> Deserialize<'de> for JsonFields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct FieldsVisitor;
        impl<'de> Visitor<'de> for FieldsVisitor {
            type Value = Fields;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Fields, A::Error> {
                ValueSeed { budget: &Budget::unbounded(), level: 1 }.pairs(map).map(Fields::new)
            }
        }
        deserializer.deserialize_map(FieldsVisitor).map(Self)
    }
}

/// The value as a JSON tree, where one is looked into.
pub fn to_json(value: &Value) -> serde_json::Value {
    serde_json::to_value(Json(value)).expect("names are texts and numbers are finite")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn json_becomes_a_value_and_the_same_json_again() {
        let json = json!({"a": [1, 2.5, "x", null, true], "b": {"c": -3}, "big": 18446744073709551615u64});
        let Json(value) = serde_json::from_str(&json.to_string()).unwrap();
        assert!(matches!(&value, Value::Map(fields) if fields.at(&["b", "c"]) == Some(&Value::Int(-3))));
        let mut expected = json;
        expected["big"] = json!(18446744073709551615u64 as f64);
        assert_eq!(to_json(&value), expected);
    }

    #[test]
    fn fields_are_an_object_and_nothing_else() {
        let JsonFields(fields) = serde_json::from_str(r#"{"b": 1, "a": {}, "b": 2}"#).unwrap();
        assert_eq!(serde_json::to_string(&JsonFields(&fields)).unwrap(), r#"{"a":{},"b":2}"#);
        for wrong in ["null", "[]", "1", r#""x""#] {
            assert!(serde_json::from_str::<JsonFields>(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn depth_is_bounded() {
        let nested = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        assert!(serde_json::from_str::<Json>(&nested(127)).is_ok());
        assert!(serde_json::from_str::<Json>(&nested(128)).is_err());
    }

    #[test]
    fn a_moment_is_written_in_rfc_3339() {
        let moment = crate::time::read("2026-03-02T10:00:00Z").unwrap();
        assert_eq!(to_json(&Value::Time(moment)), json!("2026-03-02T10:00:00Z"));
    }
}

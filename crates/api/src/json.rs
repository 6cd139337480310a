//! Our values as JSON, and back.

use model::value::{Fields, Finite, Value};
use serde::{
    Serialize, Serializer,
    ser::{SerializeMap, SerializeSeq},
};

/// A value, to be written as JSON. A moment is written in RFC 3339.
#[derive(Debug, Clone, Copy)]
pub struct Json<'a>(pub &'a Value);

/// Values by name, to be written as a JSON object.
#[derive(Debug, Clone, Copy)]
pub struct JsonFields<'a>(pub &'a Fields);

impl Serialize for Json<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
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

impl Serialize for JsonFields<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in self.0.iter() {
            map.serialize_entry(&**name, &Json(value))?;
        }
        map.end()
    }
}

/// The value as a JSON tree, for answers that are built up in memory.
pub fn to_json(value: &Value) -> serde_json::Value {
    serde_json::to_value(Json(value)).expect("names are texts and numbers are finite")
}

/// The fields as a JSON tree.
pub fn fields_to_json(fields: &Fields) -> serde_json::Value {
    serde_json::to_value(JsonFields(fields)).expect("names are texts and numbers are finite")
}

/// A JSON tree as a value. Depth is bounded by the parser that made the tree (128 levels).
pub fn from_json(json: &serde_json::Value) -> Value {
    match json {
        serde_json::Value::Null => Value::Null,
        serde_json::Value::Bool(value) => Value::Bool(*value),
        serde_json::Value::Number(number) => match (number.as_i64(), number.as_f64().and_then(Finite::new)) {
            (Some(whole), _) => Value::Int(whole),
            (None, Some(float)) => Value::Float(float),
            (None, None) => Value::Null,
        },
        serde_json::Value::String(text) => Value::text(text.as_str()),
        serde_json::Value::Array(values) => Value::List(values.iter().map(from_json).collect()),
        serde_json::Value::Object(map) => {
            Value::Map(map.iter().map(|(name, value)| (name.as_str(), from_json(value))).collect())
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn json_becomes_a_value_and_the_same_json_again() {
        let json = json!({"a": [1, 2.5, "x", null, true], "b": {"c": -3}, "big": 18446744073709551615u64});
        let value = from_json(&json);
        assert!(matches!(&value, Value::Map(fields) if fields.at(&["b", "c"]) == Some(&Value::Int(-3))));
        let mut expected = json;
        expected["big"] = json!(18446744073709551615u64 as f64);
        assert_eq!(to_json(&value), expected);
    }

    #[test]
    fn a_moment_is_written_in_rfc_3339() {
        let moment = crate::time::read("2026-03-02T10:00:00Z").unwrap();
        assert_eq!(to_json(&Value::Time(moment)), json!("2026-03-02T10:00:00Z"));
    }
}

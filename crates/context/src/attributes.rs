//! What the shop itself says of the request: the weather at its door, the store the visitor chose, the total of a cart.

use std::sync::Arc;

use model::value::{Fields, Value};

use crate::{limits, text};

/// The shop's attributes, within the limits.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Attributes {
    fields: Fields,
    /// How many values were left out, because they were too many, too deep, or their names too long.
    pub left_out: usize,
}

impl Attributes {
    /// Merges both, the latter before the former by name, and keeps what is within the limits. Longer texts are cut;
    /// of a null nothing is kept.
    pub(crate) fn read(first: Option<&Fields>, before: &Fields) -> Self {
        let mut reading = Reading { room: limits::ATTRIBUTES, left_out: 0 };
        let mut pairs = reading.fields(before, 1);
        let others = first.into_iter().flat_map(Fields::iter).filter(|(name, _)| before.get(name).is_none());
        pairs.extend(reading.pairs(others, 1));
        Self { fields: Fields::new(pairs), left_out: reading.left_out }
    }

    /// The attribute at a path such as `cart.total`.
    pub fn get(&self, path: &str) -> Option<&Value> {
        match self.fields.get(path) {
            Some(value) => Some(value),
            None => self.fields.at(&path.split('.').collect::<Vec<_>>()),
        }
    }

    /// All of them, in order of name.
    pub fn fields(&self) -> &Fields {
        &self.fields
    }
}

struct Reading {
    room: usize,
    left_out: usize,
}

impl Reading {
    fn fields(&mut self, fields: &Fields, depth: usize) -> Vec<(Arc<str>, Value)> {
        self.pairs(fields.iter(), depth)
    }

    fn pairs<'a>(
        &mut self,
        pairs: impl Iterator<Item = (&'a Arc<str>, &'a Value)>,
        depth: usize,
    ) -> Vec<(Arc<str>, Value)> {
        let mut kept = Vec::new();
        for (name, value) in pairs {
            if name.is_empty() || name.len() > limits::ATTRIBUTE_NAME_BYTES {
                self.left_out += 1;
            } else if let Some(value) = self.value(value, depth) {
                kept.push((name.clone(), value));
            }
        }
        kept
    }

    fn value(&mut self, value: &Value, depth: usize) -> Option<Value> {
        if matches!(value, Value::Null) {
            return None;
        }
        if self.room == 0 || depth > limits::ATTRIBUTE_DEPTH {
            self.left_out += 1;
            return None;
        }
        self.room -= 1;
        Some(match value {
            Value::Text(text) if text.len() > limits::ATTRIBUTE_BYTES => {
                Value::text(text::cut(text, limits::ATTRIBUTE_BYTES))
            }
            Value::List(list) => Value::List(list.iter().filter_map(|value| self.value(value, depth + 1)).collect()),
            Value::Map(map) => Value::Map(Fields::new(self.fields(map, depth + 1))),
            other => other.clone(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(pairs: impl IntoIterator<Item = (String, Value)>) -> Fields {
        pairs.into_iter().collect()
    }

    #[test]
    fn attributes_are_kept_up_to_their_limits() {
        let many = |count: usize| Attributes::read(None, &fields((0..count).map(|n| (format!("a{n}"), Value::Int(1)))));
        assert_eq!(
            (many(limits::ATTRIBUTES).fields().len(), many(limits::ATTRIBUTES).left_out),
            (limits::ATTRIBUTES, 0)
        );
        assert_eq!(many(limits::ATTRIBUTES + 1).left_out, 1);

        let named = |bytes: usize| Attributes::read(None, &fields([("n".repeat(bytes), Value::Int(1))])).left_out;
        assert_eq!((named(limits::ATTRIBUTE_NAME_BYTES), named(limits::ATTRIBUTE_NAME_BYTES + 1)), (0, 1));

        let long = Attributes::read(None, &fields([("t".into(), Value::text("é".repeat(limits::ATTRIBUTE_BYTES)))]));
        assert_eq!(long.get("t").unwrap().as_text().unwrap().len(), limits::ATTRIBUTE_BYTES);

        let deep = |levels: usize| {
            let inner = |value, _| Value::Map(fields([("m".into(), value)]));
            Attributes::read(None, &fields([("m".into(), (1..levels).fold(Value::Int(1), inner))])).left_out
        };
        assert_eq!((deep(limits::ATTRIBUTE_DEPTH), deep(limits::ATTRIBUTE_DEPTH + 1)), (0, 1));
    }

    #[test]
    fn the_bodys_own_attributes_stand_before_the_contexts() {
        let context = fields([("a".into(), Value::Int(1)), ("b".into(), Value::Int(2)), ("n".into(), Value::Null)]);
        let cart = Value::Map(fields([("total".into(), Value::Int(90))]));
        let body = fields([("a".into(), Value::Int(3)), ("cart".into(), cart)]);
        let attributes = Attributes::read(Some(&context), &body);
        assert_eq!(attributes.get("a"), Some(&Value::Int(3)));
        assert_eq!(attributes.get("b"), Some(&Value::Int(2)));
        assert_eq!(attributes.get("cart.total"), Some(&Value::Int(90)));
        assert_eq!((attributes.get("n"), attributes.get("cart.x.y"), attributes.left_out), (None, None, 0));
    }
}

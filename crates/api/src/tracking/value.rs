//! JSON straight into [`Value`], within the limits. No tree in between.

use std::{cell::Cell, fmt, sync::Arc};

use model::{
    limits,
    value::{Fields, Finite, Value},
};
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

/// Names and values in the order in which they came.
pub(crate) type Pairs = Vec<(Arc<str>, Value)>;

/// How much more one section of an event may hold.
#[derive(Debug)]
pub(crate) struct Budget {
    values: Cell<usize>,
    levels: usize,
    broken: Cell<Option<Limit>>,
}

/// A limit of values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Limit {
    /// [`limits::VALUE_DEPTH`].
    Depth,
    /// [`limits::EVENT_VALUES`].
    Values,
}

impl Budget {
    pub(crate) fn new() -> Self {
        Self { values: Cell::new(limits::EVENT_VALUES), levels: limits::VALUE_DEPTH, broken: Cell::new(None) }
    }

    /// For what the length of its body bounds, and its parser the depth.
    pub(crate) fn unbounded() -> Self {
        Self { values: Cell::new(usize::MAX), levels: usize::MAX, broken: Cell::new(None) }
    }

    /// Starts another section.
    pub(crate) fn refill(&self) {
        self.values.set(limits::EVENT_VALUES);
    }

    /// Which limit made the reading fail, if one did.
    pub(crate) fn broken(&self) -> Option<Limit> {
        self.broken.get()
    }

    fn spend<E: Error>(&self) -> Result<(), E> {
        match self.values.get().checked_sub(1) {
            Some(left) => {
                self.values.set(left);
                Ok(())
            }
            None => Err(self.over(Limit::Values)),
        }
    }

    fn over<E: Error>(&self, limit: Limit) -> E {
        self.broken.set(Some(limit));
        E::custom("over a limit")
    }
}

/// Reads one value. `level` is the number of containers around it.
#[derive(Clone, Copy)]
pub(crate) struct ValueSeed<'b> {
    pub(crate) budget: &'b Budget,
    pub(crate) level: usize,
}

impl<'b> ValueSeed<'b> {
    fn inside<E: Error>(self) -> Result<ValueSeed<'b>, E> {
        if self.level >= self.budget.levels {
            return Err(self.budget.over(Limit::Depth));
        }
        Ok(ValueSeed { level: self.level + 1, ..self })
    }

    /// The rest of an object, whose own level this seed's values have.
    pub(crate) fn pairs<'de, A: MapAccess<'de>>(self, mut map: A) -> Result<Pairs, A::Error> {
        let mut pairs = Pairs::with_capacity(8);
        while let Some(name) = map.next_key_seed(NameSeed)? {
            pairs.push((name, map.next_value_seed(self)?));
        }
        Ok(pairs)
    }
}

impl<'de> DeserializeSeed<'de> for ValueSeed<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        self.budget.spend()?;
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for ValueSeed<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }
    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }
    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Int(value))
    }
    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        match i64::try_from(value) {
            Ok(whole) => Ok(Value::Int(whole)),
            Err(_) => self.visit_f64(value as f64),
        }
    }
    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Ok(Finite::new(value).map_or(Value::Null, Value::Float))
    }
    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(Value::Text(value.into()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let inside = self.inside()?;
        let mut values = Vec::with_capacity(4);
        while let Some(value) = seq.next_element_seed(inside)? {
            values.push(value);
        }
        Ok(Value::List(values.into()))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Value, A::Error> {
        Ok(Value::Map(Fields::new(self.inside()?.pairs(map)?)))
    }
}

/// Reads a name without a copy in between.
struct NameSeed;

impl<'de> DeserializeSeed<'de> for NameSeed {
    type Value = Arc<str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Arc<str>, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for NameSeed {
    type Value = Arc<str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Arc<str>, E> {
        Ok(name.into())
    }
}

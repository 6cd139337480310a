//! The values that traits and event properties hold: JSON's, with whole numbers apart and moments recognized by schema.

use std::{fmt, sync::Arc};

use crate::time::Timestamp;

/// One value. Totally ordered and hashable, so that states compare to the byte.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Value {
    /// Present and empty. Not the same as missing.
    Null,
    /// True or false.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A number with a fraction, or beyond the range of `Int`.
    Float(Finite),
    /// A text.
    Text(Arc<str>),
    /// A moment, where a schema says that the text is one.
    Time(Timestamp),
    /// Values in order.
    List(Arc<[Value]>),
    /// Values by name.
    Map(Fields),
}

impl Value {
    /// A text value.
    pub fn text(text: impl Into<Arc<str>>) -> Self {
        Self::Text(text.into())
    }

    /// The text, if it is one.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The number, if it is one of either kind.
    pub fn as_number(&self) -> Option<f64> {
        match self {
            Self::Int(number) => Some(*number as f64),
            Self::Float(number) => Some(number.get()),
            _ => None,
        }
    }

    /// The glossary's word for the kind of value, for error messages.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "bool",
            Self::Int(_) => "int",
            Self::Float(_) => "number",
            Self::Text(_) => "text",
            Self::Time(_) => "time",
            Self::List(_) => "list",
            Self::Map(_) => "map",
        }
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}
impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}
impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::text(value)
    }
}
impl From<Finite> for Value {
    fn from(value: Finite) -> Self {
        Self::Float(value)
    }
}

/// A finite `f64`: never NaN, never infinite, and zero has one sign. So it can be ordered and hashed.
#[derive(Clone, Copy, Default)]
pub struct Finite(f64);

impl Finite {
    /// One.
    pub const ONE: Self = Self(1.0);

    /// Wraps a number; `None` if it is NaN or infinite.
    pub fn new(number: f64) -> Option<Self> {
        number.is_finite().then_some(Self(if number == 0.0 { 0.0 } else { number }))
    }

    /// The number.
    pub const fn get(self) -> f64 {
        self.0
    }
}
impl fmt::Debug for Finite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}
impl PartialEq for Finite {
    fn eq(&self, other: &Self) -> bool {
        self.0.to_bits() == other.0.to_bits()
    }
}
impl Eq for Finite {}
impl PartialOrd for Finite {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Finite {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.total_cmp(&other.0)
    }
}
impl std::hash::Hash for Finite {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.0.to_bits().hash(state);
    }
}

/// Values by name, sorted by name, each name once.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Fields(Arc<[(Arc<str>, Value)]>);

/// Of so many fields or fewer one is found faster by looking at each: most differ in length already.
const FEW_FIELDS: usize = 16;

impl Fields {
    /// Sorts the pairs; where a name comes twice, the later one stands (as JSON parsers do).
    pub fn new(mut pairs: Vec<(Arc<str>, Value)>) -> Self {
        if pairs.is_empty() {
            return Self::default();
        }
        if pairs.is_sorted_by(|a, b| a.0 < b.0) {
            return Self(pairs.into());
        }
        pairs.reverse();
        pairs.sort_by(|a, b| a.0.cmp(&b.0));
        pairs.dedup_by(|later, kept| later.0 == kept.0);
        Self(pairs.into())
    }

    /// The value of that name.
    pub fn get(&self, name: &str) -> Option<&Value> {
        if self.0.len() <= FEW_FIELDS {
            return self.0.iter().find(|(key, _)| **key == *name).map(|(_, value)| value);
        }
        self.0.binary_search_by(|(key, _)| (**key).cmp(name)).ok().map(|at| &self.0[at].1)
    }

    /// The value at a path of names through nested maps.
    pub fn at<'a>(&'a self, path: &[&str]) -> Option<&'a Value> {
        let (last, parents) = path.split_last()?;
        let mut fields = self;
        for name in parents {
            match fields.get(name)? {
                Value::Map(inner) => fields = inner,
                _ => return None,
            }
        }
        fields.get(last)
    }

    /// The pairs, in order of name.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&Arc<str>, &Value)> {
        self.0.iter().map(|(name, value)| (name, value))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for Fields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}
impl<N: Into<Arc<str>>> FromIterator<(N, Value)> for Fields {
    fn from_iter<I: IntoIterator<Item = (N, Value)>>(pairs: I) -> Self {
        Self::new(pairs.into_iter().map(|(name, value)| (name.into(), value)).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_given_twice_keeps_the_later_value() {
        let fields: Fields = [("b", Value::Int(1)), ("a", Value::Int(2)), ("b", Value::Int(3))].into_iter().collect();
        assert_eq!(fields.get("b"), Some(&Value::Int(3)));
        assert_eq!(fields.len(), 2);
    }

    #[test]
    fn a_path_goes_through_maps_only() {
        let page: Fields = [("path", Value::from("/boots"))].into_iter().collect();
        let fields: Fields = [("page", Value::Map(page)), ("ip", Value::from("x"))].into_iter().collect();
        assert_eq!(fields.at(&["page", "path"]), Some(&Value::from("/boots")));
        assert_eq!(fields.at(&["ip", "path"]), None);
        assert_eq!(fields.at(&[]), None);
    }

    #[test]
    fn a_finite_number_has_one_zero_and_no_nan() {
        assert_eq!(Finite::new(f64::NAN), None);
        assert_eq!(Finite::new(f64::INFINITY), None);
        assert_eq!(Finite::new(-0.0), Finite::new(0.0));
    }
}

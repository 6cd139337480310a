//! Values while a condition is evaluated: borrowed from the facts, some of them moving with the clock.

use std::{borrow::Cow, cmp::Ordering};

use model::value::{Fields, Value};

use crate::{moment, number::Number, tree::Compare};

/// One value. [`Val::None`] is what is missing, null, or of no use to the operation.
#[derive(Debug, Clone)]
pub(crate) enum Val<'c> {
    None,
    Bool(bool),
    Number(Number),
    Text(Cow<'c, str>),
    Moment(Moving),
    Span(Moving),
    List(&'c [Value]),
    Map(&'c Fields),
}

/// Milliseconds, and how many more there are with each one that passes: `ago("1d")` moves by 1, a date by 0.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Moving {
    pub(crate) ms: i64,
    pub(crate) slope: i64,
}

impl Moving {
    pub(crate) const fn fixed(ms: i64) -> Self {
        Self { ms, slope: 0 }
    }

    pub(crate) const fn plus(self, other: Self) -> Self {
        Self { ms: self.ms.saturating_add(other.ms), slope: self.slope + other.slope }
    }

    pub(crate) const fn minus(self, other: Self) -> Self {
        Self { ms: self.ms.saturating_sub(other.ms), slope: self.slope - other.slope }
    }

    /// How this stands to `other`, and after how many milliseconds `op` first answers otherwise.
    fn compare(self, op: Compare, other: Self) -> (bool, Option<i64>) {
        let Self { ms, slope } = self.minus(other);
        let answer = op.holds(ms.cmp(&0));
        if slope == 0 {
            return (answer, None);
        }
        // The difference meets zero around here, in whole milliseconds; the answer changes there or never.
        let meeting = -ms.div_euclid(slope);
        let after = |wait: i64| op.holds(ms.saturating_add(slope.saturating_mul(wait)).cmp(&0));
        (answer, (meeting - 2..=meeting + 2).find(|wait| *wait > 0 && after(*wait) != answer))
    }
}

impl<'c> From<&'c Value> for Val<'c> {
    fn from(value: &'c Value) -> Self {
        match value {
            Value::Null => Self::None,
            Value::Bool(value) => Self::Bool(*value),
            Value::Int(value) => Self::Number(Number::from_int(*value)),
            Value::Float(value) => Number::from_f64(value.get()).map_or(Self::None, Self::Number),
            Value::Text(value) => Self::Text(Cow::Borrowed(value)),
            Value::Time(value) => Self::Moment(Moving::fixed(value.as_millis())),
            Value::List(values) => Self::List(values),
            Value::Map(fields) => Self::Map(fields),
        }
    }
}

impl From<Option<Number>> for Val<'_> {
    fn from(number: Option<Number>) -> Self {
        number.map_or(Self::None, Self::Number)
    }
}

impl Val<'_> {
    /// As a moment; a text is one if it is written as one, for properties come without a schema.
    pub(crate) fn as_moment(&self) -> Option<Moving> {
        match self {
            Self::Moment(moment) => Some(*moment),
            Self::Text(text) => moment::parse_moment(text).map(Moving::fixed),
            _ => None,
        }
    }

    /// Whether the comparison holds, and after how many milliseconds it first does not any more, or does. With no
    /// value on a side, or two that do not compare, it does not hold, whatever it is.
    pub(crate) fn compare(&self, op: Compare, other: &Self) -> (bool, Option<i64>) {
        let fixed = |order: Ordering| (op.holds(order), None);
        let equality = matches!(op, Compare::Equal | Compare::NotEqual);
        match (self, other) {
            (Self::Number(one), Self::Number(other)) => fixed(one.cmp(other)),
            (Self::Text(one), Self::Text(other)) if equality => fixed(one.cmp(other)),
            (Self::Bool(one), Self::Bool(other)) if equality => fixed(one.cmp(other)),
            (Self::Span(one), Self::Span(other)) => one.compare(op, *other),
            (Self::Moment(_), _) | (_, Self::Moment(_)) => match (self.as_moment(), other.as_moment()) {
                (Some(one), Some(other)) => one.compare(op, other),
                _ => (false, None),
            },
            _ => (false, None),
        }
    }
}

/// A value as a moment: one of its own, or a text that is written as one, `2026-03-02` or `2026-03-02T10:00:00Z`.
pub fn moment_of(value: &Value) -> Option<model::time::Timestamp> {
    model::time::Timestamp::from_millis(Val::from(value).as_moment()?.ms)
}

/// Visits every value at a path, through maps and lists, and each element of a list at its end. Nulls are nothing.
pub(crate) fn leaves<'c>(value: &'c Value, names: &[std::sync::Arc<str>], visit: &mut impl FnMut(&'c Value)) {
    match (value, names.split_first()) {
        (Value::List(values), _) => values.iter().for_each(|value| leaves(value, names, visit)),
        (Value::Map(fields), Some((name, rest))) => {
            if let Some(value) = fields.get(name) {
                leaves(value, rest, visit);
            }
        }
        (Value::Null, _) | (_, Some(_)) => {}
        (value, None) => visit(value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moving_comparison_knows_when_it_turns() {
        let moving = |ms, slope| Moving { ms, slope };
        for (left, op, right, expect) in [
            (moving(0, 1), Compare::Less, moving(10, 0), (true, Some(10))),
            (moving(0, 1), Compare::AtMost, moving(10, 0), (true, Some(11))),
            (moving(0, 1), Compare::More, moving(10, 0), (false, Some(11))),
            (moving(0, 1), Compare::AtLeast, moving(10, 0), (false, Some(10))),
            (moving(0, 1), Compare::Equal, moving(10, 0), (false, Some(10))),
            (moving(10, 1), Compare::Equal, moving(10, 0), (true, Some(1))),
            (moving(10, 1), Compare::NotEqual, moving(10, 0), (false, Some(1))),
            (moving(11, 1), Compare::More, moving(10, 0), (true, None)),
            (moving(11, -1), Compare::More, moving(10, 0), (true, Some(1))),
            (moving(20, -1), Compare::Less, moving(10, 0), (false, Some(11))),
            (moving(0, 1), Compare::Less, moving(11, -1), (true, Some(6))),
            (moving(0, 1), Compare::Less, moving(10, 1), (true, None)),
            (moving(0, 0), Compare::Less, moving(10, 0), (true, None)),
        ] {
            assert_eq!(left.compare(op, right), expect, "{left:?} {op:?} {right:?}");
        }
    }
}

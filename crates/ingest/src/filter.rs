//! Conditions on a row, in the one condition language: a bare name is a column.

use std::{borrow::Cow, collections::BTreeSet, sync::Arc};

use condition::{Condition, Facts, PropertyPath, Scope, Usage};
use model::{
    fact::Occurrence,
    schema::TraitSchema,
    time::Timestamp,
    value::{Fields, Value},
};

/// A condition on a row.
#[derive(Debug, Clone)]
pub(crate) struct Filter {
    condition: Condition,
    /// Of each column that it names: the path by which it names it, and the column's place.
    named: Vec<(PropertyPath, usize)>,
}

/// The language asks about people and their events; a row is asked about as the one event of a person.
const ROW: &str = "row";
const BEFORE: &str = "events(\"row\").where(";
// The line ends, so that a remark at the end of the text does not take the bracket along.
const BEHIND: &str = "\n).count() > 0";

impl Filter {
    /// Compiles a condition. `place` finds a column by its name and returns its place.
    ///
    /// # Errors
    /// A sentence, with the character where it is wrong.
    pub(crate) fn new<E: From<String>>(text: &str, mut place: impl FnMut(&str) -> Result<usize, E>) -> Result<Self, E> {
        let (schema, segments) = (TraitSchema::default(), BTreeSet::new());
        let scope =
            Scope { schema: &schema, segments: &segments, scores: const { &BTreeSet::new() }, usage: Usage::Segment };
        let condition = condition::compile(&format!("{BEFORE}{text}{BEHIND}"), &scope).map_err(|error| {
            let at = error.at.saturating_sub(BEFORE.len()).min(text.chars().count());
            E::from(format!("{} (at character {at})", error.message))
        })?;
        let paths = condition.needs().events.get(ROW).map(|need| need.paths.clone()).unwrap_or_default();
        let named = paths.into_iter().map(|path| {
            let name = path.names().join(".");
            Ok((path, place(&name)?))
        });
        let named = named.collect::<Result<_, E>>()?;
        Ok(Self { condition, named })
    }

    /// Whether it looks at one of these columns.
    pub(crate) fn looks_at(&self, places: &[usize]) -> bool {
        self.named.iter().any(|(_, place)| places.contains(place))
    }

    /// Whether it is true of a row. A value that could not be read is none.
    pub(crate) fn holds(&self, value: impl Fn(usize) -> Option<Value>) -> bool {
        let pairs = self.named.iter().filter_map(|(path, place)| Some((path.names(), value(*place)?)));
        let pairs: Vec<_> = pairs.collect();
        let row = Occurrence { at: Timestamp::EPOCH, tie: 0, properties: nested(&pairs) };
        self.condition.matches(&Row(row), Timestamp::EPOCH).value
    }
}

/// Values by path as maps in maps.
fn nested(pairs: &[(&[Arc<str>], Value)]) -> Fields {
    let mut fields = Vec::with_capacity(pairs.len());
    let mut rest = pairs;
    while let Some(((path, value), _)) = rest.split_first() {
        let Some((first, deeper)) = path.split_first() else { break };
        let alike = rest.iter().take_while(|(path, _)| path.first() == Some(first)).count();
        if deeper.is_empty() {
            fields.push((first.clone(), value.clone()));
        } else {
            let inner: Vec<_> = rest[..alike].iter().map(|(path, value)| (&path[1..], value.clone())).collect();
            fields.push((first.clone(), Value::Map(nested(&inner))));
        }
        rest = &rest[alike..];
    }
    Fields::new(fields)
}

/// One row as the whole past of somebody.
struct Row(Occurrence);

impl Facts for Row {
    fn trail<'a>(&'a self, _event: &str) -> Cow<'a, [Occurrence]> {
        Cow::Borrowed(std::slice::from_ref(&self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: &[&str] = &["Invoice", "Customer ID", "Quantity", "products.category", "products.brand"];

    fn holds(text: &str, values: &[Option<Value>]) -> Result<bool, String> {
        let place =
            |name: &str| COLUMNS.iter().position(|column| *column == name).ok_or_else(|| format!("no column `{name}`"));
        Ok(Filter::new(text, place)?.holds(|place| values[place].clone()))
    }

    #[test]
    fn a_bare_name_is_a_column() {
        let row = [Some("C123".into()), None, Some(Value::Int(-3)), Some("BREAD".into()), Some("Private".into())];
        for (text, expected) in [
            ("Invoice.startsWith(\"C\")", true),
            ("has(event.`Customer ID`)", false),
            ("!has(event.`Customer ID`) && Quantity < 0", true),
            ("products.category == \"BREAD\" && products.brand != \"National\"  // a remark", true),
            ("Quantity > 0 || products.category in [\"MILK\"]", false),
        ] {
            assert_eq!(holds(text, &row), Ok(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_condition_or_no_column_is_refused() {
        assert!(holds("Quantity >", &[]).unwrap_err().contains("character"));
        assert!(holds("Quantty > 1", &[]).unwrap_err().contains("no column `Quantty`"));
        assert!(holds("profile.country == \"FR\"", &[]).is_err());
    }
}

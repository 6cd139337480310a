//! What a condition must be able to see, so that a profile keeps just that.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    sync::Arc,
};

use model::{
    name::{Name, Score, Segment, Trait},
    time::{Span, Timestamp},
    value::{Fields, Value},
};

use crate::facts::Model;

/// What one or several conditions look at.
#[derive(Default, Clone, PartialEq, Eq, Debug)]
pub struct Needs {
    /// Traits.
    pub traits: BTreeSet<Name<Trait>>,
    /// Events by name, with how much of them.
    pub events: BTreeMap<Arc<str>, EventNeed>,
    /// Other segments.
    pub segments: BTreeSet<Name<Segment>>,
    /// Topics of interests.
    pub interests: BTreeSet<Arc<str>>,
    /// Scores.
    pub scores: BTreeSet<Name<Score>>,
    /// What models say.
    pub models: BTreeSet<Model>,
    /// Whether a fact of the request is asked for.
    pub request: bool,
}

impl Needs {
    /// Adds another condition's needs to these.
    pub fn merge(&mut self, other: &Self) {
        self.traits.extend(other.traits.iter().cloned());
        self.segments.extend(other.segments.iter().cloned());
        self.interests.extend(other.interests.iter().cloned());
        self.scores.extend(other.scores.iter().cloned());
        self.models.extend(&other.models);
        self.request |= other.request;
        for (event, need) in &other.events {
            self.events.entry(event.clone()).or_default().merge(need);
        }
    }
}

/// How much of one event's past is needed.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct EventNeed {
    /// Which properties.
    pub paths: BTreeSet<PropertyPath>,
    /// How far back.
    pub window: Window,
}

impl EventNeed {
    /// Adds another need of the same event to this one.
    pub fn merge(&mut self, other: &Self) {
        self.paths.extend(other.paths.iter().cloned());
        self.window = self.window.max(other.window);
    }

    /// The needed properties and nothing else, through lists of maps too. Names are shared with the need, so that a
    /// million occurrences hold one copy of each.
    pub fn project(&self, properties: &Fields) -> Fields {
        let paths: Vec<&[Arc<str>]> = self.paths.iter().map(PropertyPath::names).collect();
        project_fields(&paths, properties)
    }
}

/// How far back an event is looked at.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Window {
    /// Occurrences younger than this.
    Within(Span),
    /// All that ever happened.
    Lifetime,
}

impl Default for Window {
    /// Nothing at all, so that a union with it changes nothing.
    fn default() -> Self {
        Self::Within(Span::default())
    }
}

impl Window {
    /// Whether an occurrence of that moment is needed at `now`, or may be later.
    pub fn covers(self, at: Timestamp, now: Timestamp) -> bool {
        match self {
            Self::Lifetime => true,
            Self::Within(span) => now.since(at) < span,
        }
    }
}

/// A path of names to a property of an event, through maps and lists of maps: `products.product_id`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct PropertyPath(Arc<[Arc<str>]>);

impl PropertyPath {
    /// The path of these names; `None` if there is none.
    pub fn new(names: impl Into<Arc<[Arc<str>]>>) -> Option<Self> {
        let names = names.into();
        if names.is_empty() { None } else { Some(Self(names)) }
    }

    /// The value at the path, through maps only.
    pub fn of<'v>(&self, properties: &'v Fields) -> Option<&'v Value> {
        let (first, rest) = self.0.split_first()?;
        rest.iter().try_fold(properties.get(first)?, |value, name| match value {
            Value::Map(fields) => fields.get(name),
            _ => None,
        })
    }

    /// The names, outermost first; at least one.
    pub fn names(&self) -> &[Arc<str>] {
        &self.0
    }
}

impl fmt::Display for PropertyPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("."))
    }
}

/// `paths` are sorted, so those of one first name stand together, the shortest first.
fn project_fields(paths: &[&[Arc<str>]], fields: &Fields) -> Fields {
    let mut kept = Vec::new();
    for group in paths.chunk_by(|a, b| a.first() == b.first()) {
        let Some(name) = group[0].first() else { continue };
        let Some(value) = fields.get(name) else { continue };
        let inner: Vec<&[Arc<str>]> = group.iter().map(|path| &path[1..]).collect();
        if let Some(value) = project_value(&inner, value) {
            kept.push((name.clone(), value));
        }
    }
    Fields::new(kept)
}

fn project_value(paths: &[&[Arc<str>]], value: &Value) -> Option<Value> {
    if paths.iter().any(|path| path.is_empty()) {
        return Some(value.clone());
    }
    match value {
        Value::Map(fields) => Some(Value::Map(project_fields(paths, fields))),
        // What is no map keeps its place as null: `all` must still see it.
        Value::List(values) => {
            Some(Value::List(values.iter().map(|value| project_value(paths, value).unwrap_or(Value::Null)).collect()))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(text: &str) -> PropertyPath {
        PropertyPath::new(text.split('.').map(Arc::from).collect::<Vec<_>>()).unwrap()
    }

    fn map<const N: usize>(pairs: [(&str, Value); N]) -> Fields {
        pairs.into_iter().collect()
    }

    #[test]
    fn a_projection_keeps_the_needed_paths_through_lists() {
        let line = |id: &str| Value::Map(map([("product_id", Value::from(id)), ("price", Value::from(3))]));
        let products = Value::List(vec![line("a"), Value::from("odd"), line("b")].into());
        let event = map([
            ("products", products),
            ("total", Value::from(6)),
            ("coupon", Value::from("x")),
            ("shipping", Value::Map(map([("city", Value::from("Brest")), ("street", Value::from("y"))]))),
        ]);
        let need = EventNeed {
            paths: ["products.product_id", "total", "shipping.city", "missing.deep"].map(path).into(),
            window: Window::Lifetime,
        };
        let id = |id: &str| Value::Map(map([("product_id", Value::from(id))]));
        let expected = map([
            ("products", Value::List(vec![id("a"), Value::Null, id("b")].into())),
            ("shipping", Value::Map(map([("city", Value::from("Brest"))]))),
            ("total", Value::from(6)),
        ]);
        assert_eq!(need.project(&event), expected);
        let whole = EventNeed { paths: ["shipping", "shipping.city"].map(path).into(), ..need.clone() };
        assert_eq!(whole.project(&event).get("shipping"), event.get("shipping"));

        let kept = need.project(&event);
        let (name, _) = kept.iter().find(|(name, _)| &***name == "total").unwrap();
        assert!(need.paths.iter().any(|path| Arc::ptr_eq(&path.names()[0], name)), "the need's own name");
    }

    #[test]
    fn a_union_takes_the_wider_window_and_all_paths() {
        let need = |paths: &[&str], window| Needs {
            events: [(
                Arc::from("Order Completed"),
                EventNeed { paths: paths.iter().map(|p| path(p)).collect(), window },
            )]
            .into(),
            ..Needs::default()
        };
        let mut union = need(&["a"], Window::Within(Span::DAY));
        union.merge(&need(&["b"], Window::Within(Span::DAY.times(2))));
        assert_eq!(union, need(&["a", "b"], Window::Within(Span::DAY.times(2))));
        union.merge(&need(&[], Window::Lifetime));
        assert_eq!(union, need(&["a", "b"], Window::Lifetime));
    }

    #[test]
    fn a_window_covers_up_to_its_edge() {
        let now = Timestamp::saturating_from_millis(10 * 86_400_000);
        assert!(!Window::Within(Span::DAY).covers(now.minus(Span::DAY), now));
        assert!(Window::Within(Span::DAY).covers(now.minus(Span::DAY).plus(Span::from_millis(1)), now));
    }
}

//! Occurrences of one event that are meant: what tags and the rules of scores are made of.

use std::sync::Arc;

use model::{
    time::{Span, Timestamp},
    trust::Use,
    value::Fields,
};

use crate::{
    check::{Checked, Scope, check_filter},
    condition::used_for,
    error::{ConditionError, Fault},
    evaluate::{Frame, Walk, Witness},
    facts::{Facts, Nobody},
    gate::is_settled_by_properties,
    needs::{EventNeed, Needs, Window},
    parse::{on_large_stack, with_tree},
    print,
    tree::{Listing, Node, Pattern},
};

/// What is to be compiled into a [`Selection`].
#[derive(Debug, Clone, Copy)]
pub struct Selecting<'a> {
    /// The name of the event.
    pub event: &'a str,
    /// What its properties must be: what stands in `where(…)`.
    pub filter: Option<&'a str>,
    /// How long an occurrence counts.
    pub within: Option<Span>,
}

/// Compiles each of these, in order, with one thread for all as [`crate::compile_all`] does. Errors are about the
/// filter.
pub fn select_all(all: &[Selecting<'_>], scope: &Scope<'_>) -> Vec<Result<Selection, ConditionError>> {
    if all.is_empty() {
        return Vec::new();
    }
    let compiled = on_large_stack(|| all.iter().map(|one| select_here(one, scope)).collect());
    compiled.unwrap_or_else(|fault: Fault| all.iter().map(|_| Err(fault.clone().locate(""))).collect())
}

fn select_here(one: &Selecting<'_>, scope: &Scope<'_>) -> Result<Selection, ConditionError> {
    let event: Arc<str> = one.event.into();
    let checked = match one.filter {
        Some(text) => with_tree(text, |source, tree| check_filter(source, tree, scope, event.clone()))
            .map_err(|fault| fault.locate(text))?,
        None => Checked::nothing_of(event.clone()),
    };
    let Checked { root, listing, mut needs } = checked;
    let window = one.within.map_or(Window::Lifetime, Window::Within);
    let need: &mut EventNeed = needs.events.entry(event).or_default();
    need.window = need.window.max(window);
    let pattern = Pattern {
        event: 0,
        filter: one.filter.map(|_| root),
        within_ms: one.within.map(Span::as_millis),
        older_than_ms: None,
        since_ms: None,
        before_ms: None,
    };
    Ok(Selection { pattern, listing, needs, r#use: used_for(scope.usage) })
}

/// Occurrences of one event that are meant: its name, what its properties must be, how long it counts. Immutable.
#[derive(Debug, Clone, PartialEq)]
pub struct Selection {
    pattern: Pattern,
    listing: Listing,
    needs: Needs,
    r#use: Use,
}

/// What a selection finds of a person.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Selected {
    /// When the occurrences happened that count now, oldest first.
    pub at: Vec<Timestamp>,
    /// The first moment at which others could count with no new event.
    pub stands_until: Option<Timestamp>,
}

impl Selection {
    /// The name of the event.
    pub fn event(&self) -> &Arc<str> {
        &self.listing.events[self.pattern.event]
    }

    /// What must be known of a person to find them.
    pub fn needs(&self) -> &Needs {
        &self.needs
    }

    /// The canonical text, as conditions write it: `events("Order Completed").within("90d")`.
    pub fn print(&self) -> String {
        print::print_pattern(&self.pattern, &self.listing)
    }

    /// Whether an occurrence of an event with these properties can make any difference, now or later.
    pub fn heeds(&self, event: &str, properties: &Fields) -> bool {
        if **self.event() != *event {
            return self.needs.events.contains_key(event);
        }
        self.pattern.filter.as_ref().filter(|filter| is_settled_by_properties(filter)).is_none_or(|filter| {
            let walk = Walk::new((&Nobody, self.r#use), &self.listing, Timestamp::EPOCH, Witness::Ignore);
            walk.truth(filter, Frame::of(properties))
        })
    }

    /// Whether an occurrence with these properties, now, is meant: for what is no event of a person, such as an item with
    /// its facts.
    pub fn holds(&self, properties: &Fields, facts: &dyn Facts, now: Timestamp) -> bool {
        self.pattern.filter.as_ref().is_none_or(|filter| {
            let walk = Walk::new((facts, self.r#use), &self.listing, now, Witness::Ignore);
            walk.truth(filter, Frame::of(properties))
        })
    }

    /// The occurrences that count at `now`.
    pub fn of(&self, facts: &dyn Facts, now: Timestamp) -> Selected {
        let walk = Walk::new((facts, self.r#use), &self.listing, now, Witness::Ignore);
        let at = walk.noted(&self.pattern).iter().map(|occurrence| occurrence.at).collect();
        Selected { at, stands_until: walk.valid_until() }
    }
}

impl Checked {
    /// What every occurrence of an event passes.
    fn nothing_of(event: Arc<str>) -> Self {
        let listing = Listing { events: vec![event], ..Listing::default() };
        Self { root: Node::Bool(true), listing, needs: Needs::default() }
    }
}

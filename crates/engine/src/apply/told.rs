//! What an event says of traits: an identify says values; a correction says what is right, a denial what is not.

use std::sync::Arc;

use model::{
    event::{Event, EventKind},
    fact::{Denial, FactKind, TraitValue},
    name::Name,
    source::Party,
    value::Value,
    wish::{TRAIT_CORRECTED, TRAIT_DENIED, TRAIT_FIELD, VALUE_FIELD},
};
use profile::traits::{Recorded, Traits};

use super::Step;
use crate::person::PersonSide;

/// Folds what an event says of traits into its side; returns the names of those that changed.
pub(super) fn fold_traits(step: &Step<'_>, side: &mut PersonSide, event: &Event) -> Vec<Arc<str>> {
    if !event.tells_traits() {
        return Vec::new();
    }
    let rules = step.plan.sources.get(&event.source);
    let kind = rules.map_or(FactKind::Observed, |rules| rules.kind);
    // A third party does not know better than the person: its correction is one more thing that it says.
    let (corrects, denies) = match rules.map_or(Party::First, |rules| rules.party) {
        Party::First => (FactKind::Corrected, true),
        Party::Third => (kind, false),
    };
    let traits = Arc::make_mut(&mut side.facts.traits);
    let named = || match event.properties.get(TRAIT_FIELD) {
        Some(Value::Text(name)) => Some(name),
        _ => None,
    };
    match &event.kind {
        EventKind::Identify => {
            let all = event.properties.iter();
            all.filter(|(name, value)| record(traits, event, name, value, kind)).map(|(name, _)| name.clone()).collect()
        }
        EventKind::Track { name } if **name == *TRAIT_CORRECTED => {
            let said = named().zip(event.properties.get(VALUE_FIELD));
            let changed = said.filter(|(name, value)| record(traits, event, name, value, corrects));
            changed.map(|(name, _)| name.clone()).into_iter().collect()
        }
        EventKind::Track { name } if **name == *TRAIT_DENIED && denies => {
            named().filter(|name| deny(traits, event, name)).cloned().into_iter().collect()
        }
        _ => Vec::new(),
    }
}

fn record(traits: &mut Traits, event: &Event, name: &Arc<str>, value: &Value, kind: FactKind) -> bool {
    let new = TraitValue { value: value.clone(), as_of: event.timestamp, source: event.source.clone(), kind };
    traits.record(&Name::new(name.clone()), new) == Recorded::Kept
}

fn deny(traits: &mut Traits, event: &Event, name: &Arc<str>) -> bool {
    let value = event.properties.get(VALUE_FIELD).filter(|value| **value != Value::Null).cloned();
    let new = Denial { value, as_of: event.timestamp, source: event.source.clone() };
    traits.deny(&Name::new(name.clone()), new) == Recorded::Kept
}

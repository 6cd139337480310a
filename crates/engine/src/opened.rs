//! A person's facts as one purpose opens them.

use std::borrow::Cow;

use condition::{Facts, Verdict};
use model::{
    consent::GrantedName,
    fact::{Occurrence, TraitValue},
    name::{Name, Purpose, Segment},
    source::LegalBasis,
    time::Timestamp,
    value::Value,
};
use profile::traits::chosen;

use crate::{person::Person, plan::Plan};

/// Whether a value may be used for a purpose that the person granted: its trait may have a purpose of its own, which
/// must be granted too, and its source may have a written basis, which serves some purposes only.
pub fn is_open(
    plan: &Plan,
    person: &Person,
    granted: &GrantedName,
    value: (&str, &TraitValue),
    now: Timestamp,
) -> bool {
    serves(plan, granted.purpose(), value.1) && is_granted(plan, person, value.0, now)
}

fn is_granted(plan: &Plan, person: &Person, name: &str, now: Timestamp) -> bool {
    let own = plan.schema.get(name).and_then(|rules| rules.purpose.as_ref());
    own.is_none_or(|purpose| person.consents().allows(purpose.as_str(), now))
}

fn serves(plan: &Plan, purpose: &Name<Purpose>, value: &TraitValue) -> bool {
    match plan.sources.get(&value.source).map(|rules| &rules.basis) {
        Some(LegalBasis::Written { serves, .. }) => serves.contains(purpose),
        Some(LegalBasis::Consent { .. }) | None => true,
    }
}

/// The facts about a person, with nothing in reach that the purpose does not open. The person must be
/// [`crate::person::current`].
pub(crate) struct Opened<'a> {
    plan: &'a Plan,
    person: &'a Person,
    token: GrantedName,
    now: Timestamp,
}

impl<'a> Opened<'a> {
    pub(crate) fn new(plan: &'a Plan, person: &'a Person, token: GrantedName, now: Timestamp) -> Self {
        Self { plan, person, token, now }
    }

    /// The purpose that opened them.
    pub(crate) fn purpose(&self) -> &Name<Purpose> {
        self.token.purpose()
    }
}

impl Facts for Opened<'_> {
    fn trait_value(&self, name: &str) -> Option<&TraitValue> {
        if !is_granted(self.plan, self.person, name, self.now) {
            return None;
        }
        let values = self.person.sides.iter().flat_map(|side| side.facts.traits.values(name));
        chosen(values.filter(|value| serves(self.plan, self.purpose(), value)))
    }

    fn trail<'a>(&'a self, event: &str) -> Cow<'a, [Occurrence]> {
        self.person.trail(&self.token, event)
    }

    fn segment(&self, name: &Name<Segment>) -> Verdict {
        let rule = self.plan.segments.by_name(name);
        match rule.and_then(|rule| self.person.memberships.get(rule.number)) {
            Some(membership) => Verdict { value: membership.member, valid_until: membership.valid_until },
            None => Verdict { value: false, valid_until: None },
        }
    }

    fn request(&self, _name: &str) -> Option<Value> {
        None
    }
}

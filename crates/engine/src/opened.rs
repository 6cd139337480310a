//! A person's facts as one purpose opens them.

use std::borrow::Cow;

use condition::{Facts, Verdict};
use model::{
    consent::GrantedName,
    fact::{Occurrence, TraitValue},
    name::{Name, Purpose, Segment, Trait},
    source::{LegalBasis, SourceRules},
    time::Timestamp,
    value::Value,
};
use profile::traits::chosen;
use segment::set::SegmentRule;

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
    value_serves(plan, granted.purpose(), value.1) && is_granted(plan, person, value.0, now)
}

fn is_granted(plan: &Plan, person: &Person, name: &str, now: Timestamp) -> bool {
    let own = plan.schema.get(name).and_then(|rules| rules.purpose.as_ref());
    own.is_none_or(|purpose| person.consents().allows(purpose.as_str(), now))
}

fn value_serves(plan: &Plan, purpose: &Name<Purpose>, value: &TraitValue) -> bool {
    plan.sources.get(&value.source).is_none_or(|rules| serves(rules, purpose))
}

fn serves(rules: &SourceRules, purpose: &Name<Purpose>) -> bool {
    match &rules.basis {
        LegalBasis::Written { serves, .. } => serves.contains(purpose),
        LegalBasis::Consent { .. } => true,
    }
}

/// The facts about a person, with nothing in reach that the purpose does not open. The person must be
/// [`crate::person::current`].
pub(crate) struct Opened<'a> {
    plan: &'a Plan,
    person: &'a Person,
    token: GrantedName,
    now: Timestamp,
    /// Whether a source of the plan may not serve the purpose.
    some_source_is_closed: bool,
    /// Traits with a purpose of their own that the person did not grant.
    closed_traits: Vec<&'a Name<Trait>>,
}

impl<'a> Opened<'a> {
    pub(crate) fn new(plan: &'a Plan, person: &'a Person, token: GrantedName, now: Timestamp) -> Self {
        let serves = |rules: &SourceRules| serves(rules, token.purpose());
        let some_source_is_closed = !plan.sources.values().all(serves);
        let with_purpose = plan.schema.traits.iter().filter(|(_, rules)| rules.purpose.is_some()).map(|(name, _)| name);
        let closed_traits = with_purpose.filter(|name| !is_granted(plan, person, name.as_str(), now)).collect();
        Self { plan, person, token, now, some_source_is_closed, closed_traits }
    }

    /// Whether the membership of a segment may rest on what is closed: it was evaluated over all that is kept.
    fn may_rest_on_closed(&self, rule: &SegmentRule) -> bool {
        let needs = rule.condition.needs();
        self.some_source_is_closed
            || needs.traits.iter().any(|name| self.closed_traits.contains(&name))
            || needs
                .segments
                .iter()
                .filter_map(|name| self.plan.segments.by_name(name))
                .any(|r| self.may_rest_on_closed(r))
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
        chosen(values.filter(|value| value_serves(self.plan, self.purpose(), value)))
    }

    fn trail<'a>(&'a self, event: &str) -> Cow<'a, [Occurrence]> {
        self.person.trail(&self.token, event)
    }

    fn segment(&self, name: &Name<Segment>) -> Verdict {
        let rule = self.plan.segments.by_name(name);
        let is_closed = !self.closed_traits.is_empty() || self.some_source_is_closed;
        if let Some(rule) = rule.filter(|rule| is_closed && self.may_rest_on_closed(rule)) {
            return rule.condition.matches(self, self.now);
        }
        match rule.and_then(|rule| self.person.memberships.get(rule.number)) {
            Some(membership) => Verdict { value: membership.member, valid_until: membership.valid_until },
            None => Verdict { value: false, valid_until: None },
        }
    }

    fn request(&self, _name: &str) -> Option<Value> {
        None
    }
}

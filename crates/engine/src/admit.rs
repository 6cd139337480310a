//! Consent before the log: what may be kept of an event, decided before anything is appended.

use std::borrow::Cow;

use model::{
    consent::{Choice, ConsentSignal, Consents},
    event::{Event, EventKind},
    name::{Name, Source},
    source::LegalBasis,
    time::Timestamp,
    value::Fields,
};

use crate::{person::Person, plan::Plan};

/// What may be kept of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admission {
    /// All of it.
    Keep,
    /// Only what it says about consent: a known person said no.
    ConsentOnly,
    /// Nothing but a count: no id, no time, no message id.
    CountOnly,
}

/// What may be kept of an event about `person`, who may be unknown so far. The event's own consent counts for itself
/// and, once applied, for those behind it.
pub fn admit(plan: &Plan, event: &Event, person: Option<&Person>, now: Timestamp) -> Admission {
    if may_keep(plan, &event.source, &consents_with(event.consent.as_ref(), person), now) {
        Admission::Keep
    } else if event.consent.is_some() && person.is_some() {
        Admission::ConsentOnly
    } else {
        Admission::CountOnly
    }
}

/// Whether anything of a source may be kept of a person with these consents.
pub fn may_keep(plan: &Plan, source: &Name<Source>, consents: &Consents, now: Timestamp) -> bool {
    match plan.sources.get(source).map(|rules| &rules.basis) {
        None => false,
        Some(LegalBasis::Written { .. }) => true,
        Some(LegalBasis::Consent { any_of }) => any_of.iter().any(|purpose| consents.allows(purpose.as_str(), now)),
    }
}

/// The event without what may not be kept of it: all but the consent, or the traits whose own purpose nobody granted.
pub fn redact(plan: &Plan, event: &mut Event, admission: Admission, person: Option<&Person>, now: Timestamp) {
    if admission == Admission::ConsentOnly {
        (event.properties, event.context) = (Fields::default(), Fields::default());
    }
    if event.kind != EventKind::Identify {
        return;
    }
    let needs_purpose = |name: &str| plan.schema.get(name).and_then(|rules| rules.purpose.clone());
    if event.properties.iter().all(|(name, _)| needs_purpose(name).is_none()) {
        return;
    }
    let consents = consents_with(event.consent.as_ref(), person);
    let allowed = |name: &str| needs_purpose(name).is_none_or(|purpose| consents.allows(purpose.as_str(), now));
    let kept = event.properties.iter().filter(|(name, _)| allowed(name));
    event.properties = kept.map(|(name, value)| (name.clone(), value.clone())).collect();
}

/// A person's consents as they will be once a signal has been taken in.
pub fn consents_with<'a>(signal: Option<&ConsentSignal>, person: Option<&'a Person>) -> Cow<'a, Consents> {
    let known = person.map_or_else(|| Cow::Owned(Consents::default()), Person::consents);
    let Some(signal) = signal else { return known };
    let mut consents = known.into_owned();
    for (purpose, granted) in &signal.choices {
        let choice = Choice { granted: *granted, at: signal.at, until: None, proof: signal.proof.clone() };
        consents.record(purpose.clone(), choice);
    }
    Cow::Owned(consents)
}

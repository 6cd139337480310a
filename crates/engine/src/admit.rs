//! Consent before the log: what may be kept of an event, decided before anything is appended.

use std::borrow::Cow;

use model::{
    consent::{Choice, Consents},
    event::{Event, EventKind},
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
    let Some(source) = plan.sources.get(&event.source) else { return Admission::CountOnly };
    let any_of = match &source.basis {
        LegalBasis::Written { .. } => return Admission::Keep,
        LegalBasis::Consent { any_of } => any_of,
    };
    let consents = consents_with(event, person);
    if any_of.iter().any(|purpose| consents.allows(purpose.as_str(), now)) {
        Admission::Keep
    } else if event.consent.is_some() && person.is_some() {
        Admission::ConsentOnly
    } else {
        Admission::CountOnly
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
    let consents = consents_with(event, person);
    let allowed = |name: &str| needs_purpose(name).is_none_or(|purpose| consents.allows(purpose.as_str(), now));
    let kept = event.properties.iter().filter(|(name, _)| allowed(name));
    event.properties = kept.map(|(name, value)| (name.clone(), value.clone())).collect();
}

/// The person's consents as they will be once the event's own has been taken in.
fn consents_with<'a>(event: &Event, person: Option<&'a Person>) -> Cow<'a, Consents> {
    let known = person.map_or_else(|| Cow::Owned(Consents::default()), Person::consents);
    match &event.consent {
        None => known,
        Some(signal) => {
            let mut consents = known.into_owned();
            for (purpose, granted) in &signal.choices {
                let choice = Choice { granted: *granted, at: signal.at, until: None, proof: signal.proof.clone() };
                consents.record(purpose.clone(), choice);
            }
            Cow::Owned(consents)
        }
    }
}

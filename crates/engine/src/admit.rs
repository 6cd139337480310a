//! Consent before the log: what may be kept of an event, decided before anything is appended.

use std::borrow::Cow;

use model::{
    consent::{Choice, ConsentSignal, Consents, Means},
    event::{CONSENT_UPDATED, Event, EventKind},
    identifier::Strength,
    name::{Name, Source},
    source::LegalBasis,
    time::Timestamp,
    value::{Fields, Value},
    wish::TRAIT_FIELD,
};

use profile::held::{Held, Hold};

use crate::{person::Person, plan::Plan};

/// What may be kept of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admission {
    /// All of it.
    Keep,
    /// Only what it says about consent, and when, not even what happened: a known person said no, or somebody granted
    /// what lets nothing else be kept.
    ConsentOnly,
    /// Nothing but a count: no id, no time, no message id.
    CountOnly,
}

/// What may be kept of an event about `person`, who may be unknown so far. The event's own consent counts for itself
/// and, once applied, for those behind it.
pub fn admit(plan: &Plan, event: &Event, person: Option<&Person>, now: Timestamp) -> Admission {
    if may_keep(plan, &event.source, &consents_with(event.consent.as_ref(), person), now) {
        Admission::Keep
    } else if event.consent.as_ref().is_some_and(|signal| is_news(signal, person) || grants_by_call(signal)) {
        Admission::ConsentOnly
    } else {
        Admission::CountOnly
    }
}

/// Whether a known person chose otherwise than is known, or said so in a call. A page repeats the choice with everything
/// that it sends: were each of these kept, a refusal would leave the very trace that it refuses.
fn is_news(signal: &ConsentSignal, person: Option<&Person>) -> bool {
    let Some(person) = person else { return false };
    let (before, after) = (person.consents(), consents_with(Some(signal), Some(person)));
    let granted = |consents: &Consents, name: &str| consents.choice(name).map(|choice| choice.granted);
    let is_other = |(name, _): &(Name<_>, bool)| granted(&before, name.as_str()) != granted(&after, name.as_str());
    signal.proof.means == Means::Call || signal.choices.iter().any(is_other)
}

/// Whether somebody called to grant something: then the grant is kept as its own proof, whatever else it allows. A
/// consent object on an event is no such call: it rides on everything that a page sends.
fn grants_by_call(signal: &ConsentSignal) -> bool {
    signal.proof.means == Means::Call && signal.choices.iter().any(|(_, granted)| *granted)
}

/// Whether anything of a source may be kept of a person with these consents.
pub fn may_keep(plan: &Plan, source: &Name<Source>, consents: &Consents, now: Timestamp) -> bool {
    match plan.sources.get(source).map(|rules| &rules.basis) {
        None => false,
        Some(LegalBasis::Written { .. }) => true,
        Some(LegalBasis::Consent { any_of }) => any_of.iter().any(|purpose| consents.allows(purpose.as_str(), now)),
    }
}

/// The consent that an event takes over from `other`, whom another of its identifiers leads to: whoever logs in on a
/// device chose there a moment ago, as long as the device is not known to be somebody else's. `None` if nothing is taken
/// over, and always if the event says something itself.
pub fn taken_over(plan: &Plan, event: &Event, other: &Person, now: Timestamp) -> Option<ConsentSignal> {
    let LegalBasis::Consent { any_of } = &plan.sources.get(&event.source)?.basis else { return None };
    let held = || other.sides.iter().flat_map(|side| side.facts.identifiers.iter());
    let is_of_event = |held: &Held| event.identifiers.iter().any(|claim| claim.identifier == held.identifier);
    let is_a_stranger =
        held().any(|held| held.strength == Strength::Strong && held.hold == Hold::Own && !is_of_event(held));
    if event.consent.is_some() || is_a_stranger {
        return None;
    }
    let consents = other.consents();
    let purpose = any_of.iter().find(|purpose| consents.allows(purpose.as_str(), now))?;
    let Choice { at, until, proof, .. } = consents.choice(purpose.as_str())?.clone();
    let of_one_call = |choice: &Choice| choice.at == at && choice.proof == proof;
    let alike = |choice: &Choice| !choice.granted || choice.until == until;
    let together = consents.iter().filter(|(_, choice)| of_one_call(choice) && alike(choice));
    let choices = together.map(|(name, choice)| (name.clone(), choice.granted)).collect();
    Some(ConsentSignal { choices, at, until, proof })
}

/// The event without what may not be kept of it: all but the consent, or the traits whose own purpose nobody granted.
pub fn redact(plan: &Plan, event: &mut Event, admission: Admission, person: Option<&Person>, now: Timestamp) {
    if admission == Admission::ConsentOnly {
        event.kind = EventKind::Track { name: CONSENT_UPDATED.into() };
        (event.properties, event.context) = (Fields::default(), Fields::default());
    }
    if !event.tells_traits() {
        return;
    }
    let needs_purpose = |name: &str| plan.schema.get(name).and_then(|rules| rules.purpose.clone());
    if event.kind != EventKind::Identify {
        // What is said of one trait by name stands and falls with it.
        let named = event.properties.get(TRAIT_FIELD).and_then(Value::as_text).and_then(needs_purpose);
        let consents = consents_with(event.consent.as_ref(), person);
        if named.is_some_and(|purpose| !consents.allows(purpose.as_str(), now)) {
            event.properties = Fields::default();
        }
        return;
    }
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
    consents.record_signal(signal);
    Cow::Owned(consents)
}

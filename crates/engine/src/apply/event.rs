//! An event: folded into its side at once; its other identifiers are claimed for that side.

use std::sync::Arc;

use model::{
    event::{EventKind, Evidence},
    identifier::{IdentifierKey, NamespaceRules, Strength},
    name::{Name, Namespace},
};
use profile::{
    held::{Held, Hold},
    resolve::{self, Asserted, PersonMark, Summary},
};

use super::{Step, did, told::fold_traits, visited::follow_visit};
use crate::{
    chance,
    command::{Arrival, Claiming, Hop, Want},
    interests,
    outcome::HistoryChange,
    person::{Person, PersonSide},
    state::{Holding, Standing},
};

pub(super) fn event(step: &mut Step<'_>, arrival: Arrival) {
    let taken = step.state.take_person(arrival.person);
    let Some(mut arc) = taken.or_else(|| begin(step, &arrival)) else { return };
    let person = Arc::make_mut(&mut arc);
    let Some(side) = person.side_mut(arrival.side) else {
        return step.state.put_person(arc, &mut step.outcome);
    };
    let was_of_one = interests::is_of_one(side);
    if follow_visit(step, side, &arrival.event) {
        step.outcome.ledgers.push((arrival.person, arrival.side));
    }
    let mut places = fold(step, side, &arrival);
    let claims = identify(step, person, &arrival);
    let is_of_one = person.side(arrival.side).is_some_and(interests::is_of_one);
    if is_of_one != was_of_one || interests::becomes_busy(step.plan, person, &arrival.event) {
        places.extend(step.plan.segments.looking_at_interests());
    }
    did::followed(step, person, &arrival.event);
    step.follow(person, places);
    step.state.put_person(arc, &mut step.outcome);
    step.state.core.events += 1;
    for claiming in claims {
        step.send(Hop::Claim(claiming));
    }
    let Arrival { event, mark, side, .. } = arrival;
    step.outcome.history.push(HistoryChange::Add { side, mark, event: Box::new(event) });
}

/// The profile that begins with this event, in its anchor's home. `None` if the event is of a profile that has gone.
fn begin(step: &mut Step<'_>, arrival: &Arrival) -> Option<Arc<Person>> {
    let id = arrival.person;
    if id != arrival.side || id.ordinal() != step.state.core.next_ordinal {
        return None;
    }
    step.state.core.next_ordinal += 1;
    step.state.core.profiles += 1;
    let key = arrival.keys[arrival.anchor];
    let known = step.state.holding(key);
    let fresh = Holding { holder: None, standing: Standing::Held, claimants: 0 };
    let holding = Holding { holder: Some(id), ..known.unwrap_or(fresh) };
    step.state.set_holding(key, Some(holding), &mut step.outcome);
    Some(Arc::new(Person::new(id, chance::id(step.env.seed, 2), step.env.now, step.plan)))
}

/// Folds what the event says into its side; returns the segments that may change by it, by place.
fn fold(step: &Step<'_>, side: &mut PersonSide, arrival: &Arrival) -> Vec<usize> {
    let segments = &step.plan.segments;
    let event = &arrival.event;
    Arc::make_mut(&mut side.facts.days).add(event.timestamp);
    if let Some(signal) = &event.consent {
        Arc::make_mut(&mut side.facts.consents).record_signal(signal);
    }
    let mut places = segments.heeding(event.name(), &event.properties);
    if segments.keeps(event) {
        let trails = Arc::make_mut(&mut side.trails);
        places.extend(trails.add(segments, event, arrival.mark.tie()));
        trails.prune(segments, step.env.now);
    }
    let changed = fold_traits(step, side, event);
    places.extend(changed.iter().flat_map(|name| segments.looking_at_trait(name)));
    places
}

/// Notes the event's identifiers on its side; returns the claims to send for those that the person does not have.
fn identify(step: &Step<'_>, person: &mut Person, arrival: &Arrival) -> Vec<Claiming> {
    let event = &arrival.event;
    let trusted = step.plan.sources.get(&event.source).is_some_and(|source| source.trusted);
    let asserted = if trusted && event.kind == EventKind::Alias { Asserted::Yes } else { Asserted::No };
    let Some(side) = person.side_mut(arrival.side) else { return Vec::new() };
    let mut wanted = Vec::new();
    for (place, (claim, key)) in event.identifiers.iter().zip(&arrival.keys).enumerate() {
        let Some(rules) = step.plan.namespace(&claim.identifier.namespace) else { continue };
        let strength = resolve::strength(rules, claim.evidence);
        // What the person has on another side does not count: this side must have it too when it lives alone again.
        let known = side.facts.identifiers.get(*key);
        // One more than a profile may have is not noted: nothing is wrong with it, and it is in the event.
        if known.is_none() && place != arrival.anchor && is_full(side, rules, claim) {
            continue;
        }
        let hold = match known {
            // The device turned out to be shared while the event was on its way here: it leads here no more.
            Some(known) if place == arrival.anchor && known.hold == Hold::Shared => Hold::Shared,
            _ if place == arrival.anchor => Hold::Own,
            _ if claim.evidence == Evidence::Link => Hold::Probable,
            Some(known) if settled(known, strength, asserted) => known.hold,
            _ => Hold::Claimed,
        };
        if hold == Hold::Claimed && known.is_none_or(|known| !settled(known, strength, asserted)) {
            wanted.push((claim.identifier.namespace.clone(), *key, strength));
        }
        let new = Held { identifier: claim.identifier.clone(), key: *key, strength, since: event.timestamp, hold };
        if known.is_none_or(|known| known.adding_changes(&new)) {
            Arc::make_mut(&mut side.facts.identifiers).add(new);
        }
    }
    let claimant = if wanted.is_empty() { return Vec::new() } else { person.summary(step.plan) };
    let claim = |(namespace, key, strength)| Claiming {
        want: want(&claimant, &namespace, key, asserted),
        key,
        namespace,
        strength,
        asserted,
        side: arrival.side,
        claimant: claimant.clone(),
    };
    wanted.into_iter().map(claim).collect()
}

/// Whether nothing would come of claiming an identifier again.
fn settled(known: &Held, now: Strength, asserted: Asserted) -> bool {
    match known.hold {
        Hold::Probable => false,
        Hold::Own => known.strength >= now,
        Hold::Claimed | Hold::Linked | Hold::Shared | Hold::Quarantined => {
            known.strength >= now && asserted == Asserted::No
        }
    }
}

fn is_full(side: &PersonSide, rules: &NamespaceRules, claim: &model::event::Claim) -> bool {
    side.facts.identifiers.count(&claim.identifier.namespace) >= usize::from(rules.most_per_profile)
}

/// What a claimant may want of an identifier: a second one of a namespace of which a person has one is not for owning,
/// unless somebody whom we trust said that both are the same person's. Then it must lead here even if nobody has it
/// yet, so that an alias joins whatever its order of arrival.
pub(super) fn want(claimant: &Summary, namespace: &Name<Namespace>, key: IdentifierKey, asserted: Asserted) -> Want {
    let another =
        |mark: &PersonMark| mark.own && mark.one_per_person && mark.namespace == *namespace && mark.key != key;
    if asserted == Asserted::No && claimant.persons.iter().any(another) { Want::Meet } else { Want::Own }
}

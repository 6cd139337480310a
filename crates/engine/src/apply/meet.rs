//! Claims on identifiers, and what follows when two profiles meet over one.

use std::sync::Arc;

use model::{
    id::ProfileId,
    identifier::{IdentifierKey, Strength},
    limits,
};
use profile::{
    held::{Held, Hold},
    resolve::{self, Meeting, Summary, Verdict},
};

use super::{Step, merge};
use crate::{
    command::{Claiming, Hop, News, Want},
    interests,
    person::Person,
    state::{Holding, Standing},
};

/// At an identifier's home: grants it, or brings claimant and holder together.
pub(super) fn claim(step: &mut Step<'_>, claiming: Claiming) {
    let Claiming { key, side, .. } = claiming;
    let settle = |hold| News::Settle { side, key, hold };
    let Some(mut holding) = step.state.holding(key) else {
        if claiming.want == Want::Own {
            let new = Holding { holder: Some(side), standing: Standing::Held, claimants: 0 };
            step.state.set_holding(key, Some(new), &mut step.outcome);
            return step.tell(side, settle(Hold::Own));
        }
        return step.tell(side, settle(Hold::Linked));
    };
    if holding.holder == Some(side) {
        return step.tell(side, settle(Hold::Own));
    }
    if holding.holder.is_some_and(|holder| claiming.claimant.sides.contains(&holder)) {
        return step.tell(side, settle(Hold::Linked));
    }
    holding.claimants = holding.claimants.saturating_add(1);
    if usize::from(holding.claimants) > limits::JOINED_PROFILES && holding.standing == Standing::Held {
        holding.standing = Standing::Quarantined;
        step.state.core.quarantined += 1;
    }
    step.state.set_holding(key, Some(holding), &mut step.outcome);
    match (holding.standing, holding.holder) {
        (Standing::Quarantined, _) => step.tell(side, settle(Hold::Quarantined)),
        (Standing::Shared, _) | (Standing::Held, None) => step.tell(side, settle(Hold::Shared)),
        (Standing::Held, Some(holder)) => {
            let Claiming { namespace, strength, asserted, claimant, .. } = claiming;
            let over = Meeting { key, namespace, strength, asserted, holder, claimant: side };
            step.tell(holder, News::Meet { claimant, over });
        }
    }
}

/// At a device's home: from now on it leads to nobody in particular. Said again it changes nothing: somebody may have
/// begun there alone since.
pub(super) fn share(step: &mut Step<'_>, key: IdentifierKey) {
    if let Some(holding) = step.state.holding(key).filter(|holding| holding.standing != Standing::Shared) {
        let shared = Holding { holder: None, standing: Standing::Shared, ..holding };
        step.state.set_holding(key, Some(shared), &mut step.outcome);
    }
}

/// At the claimant: how firmly it has the identifier.
pub(super) fn settle(step: &mut Step<'_>, id: ProfileId, (side, key, hold): (ProfileId, IdentifierKey, Hold)) {
    let Some(mut arc) = step.state.take_person(id) else { return };
    let person = Arc::make_mut(&mut arc);
    if let Some(side) = person.side_mut(side) {
        let was_of_one = interests::is_of_one(side);
        let was = side.facts.identifiers.get(key).map(|held| held.hold);
        Arc::make_mut(&mut side.facts.identifiers).set_hold(key, hold);
        let segments = &step.plan.segments;
        if was != Some(hold) && [was, Some(hold)].contains(&Some(Hold::Quarantined)) {
            // An address of too many is believed no more, whatever trait says it.
            step.follow(person, segments.all_places());
        } else if interests::is_of_one(side) != was_of_one {
            step.follow(person, segments.looking_at_interests().to_vec());
        }
    }
    step.state.put_person(arc, &mut step.outcome);
}

/// At the holder: judges whether both are one person, and begins what follows.
pub(super) fn meet(step: &mut Step<'_>, id: ProfileId, claimant: &Summary, over: Meeting) {
    let Meeting { key, holder, claimant: side, .. } = over;
    let settle = |hold| News::Settle { side, key, hold };
    let Some(person) = step.state.person(id) else { return };
    if person.side(side).is_some() {
        return step.tell(side, settle(Hold::Linked));
    }
    if over.strength == Strength::Strong {
        step.change(id, |person| note_link(person, holder, (side, key)));
    }
    let Some(person) = step.state.person(id) else { return };
    let links = strong_links(person, claimant);
    let ours = person.summary(step.plan);
    match resolve::judge(claimant, &ours, &over, links) {
        Verdict::Link => step.tell(side, settle(Hold::Linked)),
        Verdict::Share => {
            self::settle(step, id, (holder, key, Hold::Shared));
            step.send(Hop::Share { key });
            step.tell(side, settle(Hold::Shared));
        }
        Verdict::Merge(rule) => {
            step.tell(side, settle(Hold::Linked));
            if resolve::survivor(claimant, &ours).id == id {
                step.tell(claimant.id, News::Yield { survivor: ours, over, strong_links: links });
            } else {
                merge::merge_out(step, id, claimant.id, rule, over);
            }
        }
    }
}

fn note_link(person: &mut Person, holder: ProfileId, link: (ProfileId, IdentifierKey)) {
    if let Some(side) = person.side_mut(holder)
        && let Err(place) = side.facts.links.binary_search(&link)
    {
        side.facts.links.insert(place, link);
    }
}

/// Over how many distinct strong identifiers a person has met another profile's sides, here or there: one that both
/// carry counts, whichever of them holds it.
fn strong_links(person: &Person, other: &Summary) -> usize {
    let links = person.sides.iter().flat_map(|side| &side.facts.links);
    let mut keys: Vec<_> = links.filter(|(side, _)| other.sides.contains(side)).map(|(_, key)| *key).collect();
    let strong = other.persons.iter().filter(|mark| mark.strength == Strength::Strong).map(|mark| mark.key);
    let is_ours =
        |held: &&Held| held.strength == Strength::Strong && !matches!(held.hold, Hold::Probable | Hold::Quarantined);
    keys.extend(strong.filter(|key| person.hold(*key).as_ref().is_some_and(is_ours)));
    keys.sort_unstable();
    keys.dedup();
    keys.len()
}

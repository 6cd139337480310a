//! Erasure: the person's sides go everywhere, with the keys that could read them; totals stand.

use model::{id::ProfileId, identifier::IdentifierKey};
use profile::held::Hold;

use super::Step;
use crate::{
    command::Hop,
    outcome::{HistoryChange, Reply, TimerMove},
    state::{Holding, Slot, Standing},
};

pub(super) fn erase(step: &mut Step<'_>, id: ProfileId) {
    step.outcome.reply = Reply::NotFound;
    let Some(person) = step.state.take_person(id) else { return };
    step.state.core.profiles -= 1;
    let left = person.memberships.members().map(|segment| (id, segment, false));
    step.outcome.memberships.extend(left);
    step.state.move_timer(TimerMove { profile: id, old: person.due, new: None }, &mut step.outcome);
    step.state.put_slot(id, Slot::Erased, &mut step.outcome);
    let (mut sides, mut events) = (Vec::new(), 0);
    for side in &person.sides {
        let origin = side.facts.origin;
        sides.push(origin);
        events += side.facts.days.events();
        for held in side.facts.identifiers.iter().filter(|held| matches!(held.hold, Hold::Own | Hold::Claimed)) {
            step.send(Hop::Release { key: held.key, side: origin });
        }
        if origin != id {
            step.send(Hop::Forget { profile: origin });
        }
        let keys = side.facts.identifiers.iter().map(|held| held.key).collect();
        step.outcome.history.push(HistoryChange::Erase { side: origin, keys });
    }
    step.state.core.erased_events += events;
    step.outcome.reply = Reply::Erased { sides, events };
}

/// At an identifier's home: its holder is no more. A shared device stays shared.
pub(super) fn release(step: &mut Step<'_>, key: IdentifierKey, side: ProfileId) {
    let Some(holding) = step.state.holding(key) else { return };
    if holding.holder == Some(side) {
        let shared = Holding { holder: None, ..holding };
        let left = (holding.standing == Standing::Shared).then_some(shared);
        step.state.set_holding(key, left, &mut step.outcome);
    }
}

/// At the partition of a profile whose survivor was erased.
pub(super) fn forget(step: &mut Step<'_>, profile: ProfileId) {
    if matches!(step.state.people.get(&profile), Some(Slot::Moved { .. })) {
        step.state.put_slot(profile, Slot::Erased, &mut step.outcome);
    }
}

//! A page that was decided: what won is counted, the record is kept.

use std::sync::Arc;

use model::name::{Experience, Name};

use super::Step;
use crate::{command::DecidedPage, outcome::DecisionKept};

pub(super) fn decided(step: &mut Step<'_>, page: DecidedPage) {
    let DecidedPage { person: id, side: origin, first, won, sealed } = page;
    let now = step.env.now;
    step.outcome.decided.push(DecisionKept { side: origin, first, sealed });
    let Some(mut arc) = step.state.take_person(id) else { return };
    let person = Arc::make_mut(&mut arc);
    let Some(side) = person.side_mut(origin) else { return step.state.put_back(arc) };
    let was_empty = side.ledger.is_empty();
    let scheme = &step.plan.decisions;
    let has_caps = |name: &Name<Experience>| scheme.experience(name).is_some_and(|known| !known.caps.is_empty());
    if Arc::make_mut(&mut side.ledger).note(&won, now, has_caps) {
        step.outcome.ledgers.push((id, origin));
    }
    let due = person.due;
    if was_empty {
        step.set_timer(person);
    }
    // Most decisions leave all else of the person as it was: only the ledger is saved.
    if person.due == due { step.state.put_back(arc) } else { step.state.put_person(arc, &mut step.outcome) }
}

//! What happens with no new event: timers, retention, a new plan; and anonymous counts.

use std::sync::Arc;

use model::{
    id::ProfileId,
    time::{Span, Timestamp},
};

use super::Step;
use crate::{
    command::Counted,
    outcome::HistoryChange,
    person::Person,
    state::{CountKey, Slot},
    wants::DUE_PERSONS,
};

pub(super) fn counted(step: &mut Step<'_>, counted: Counted) {
    let day = step.env.now.day();
    let oldest = step.env.now.minus(step.plan.retention).day();
    let key = CountKey { source: counted.source, day, kind: counted.kind };
    if !step.state.core.counts.contains_key(&key) {
        step.state.core.counts.retain(|key, _| key.day >= oldest);
    }
    *step.state.core.counts.entry(key).or_default() += counted.events;
}

/// Looks at the persons whose timers are due, at most [`DUE_PERSONS`] of them.
pub(super) fn due(step: &mut Step<'_>) {
    let now = step.env.now;
    let due = step.state.timers.iter().take_while(|(due, _)| *due <= now).take(DUE_PERSONS);
    let due: Vec<_> = due.copied().collect();
    for (moment, id) in due {
        let Some(mut arc) = step.state.take_person(id) else {
            step.state.timers.remove(&(moment, id));
            continue;
        };
        let person = Arc::make_mut(&mut arc);
        let expired = expire(step, person);
        let places = if expired { step.plan.segments.all_places() } else { Vec::new() };
        step.follow(person, places);
        step.state.put_person(arc, &mut step.outcome);
    }
}

/// Drops whole days that are older than the plan keeps; says whether there were any.
fn expire(step: &mut Step<'_>, person: &mut Person) -> bool {
    let day = step.env.now.minus(step.plan.retention).day();
    let before = Timestamp::EPOCH.plus(Span::DAY.times(day));
    let mut any = false;
    for side in &mut person.sides {
        let origin = side.facts.origin;
        let is_kept = |first: Option<i64>| first.is_none_or(|first| first >= day);
        if is_kept(side.facts.days.first().map(i64::from)) && is_kept(side.ledger.first_day()) {
            continue;
        }
        if Arc::make_mut(&mut side.ledger).drop_before(day) {
            step.outcome.ledgers.push((person.id, origin));
        }
        let gone = Arc::make_mut(&mut side.facts.days).drop_before(day as i32);
        Arc::make_mut(&mut side.trails).drop_before(before);
        step.state.core.expired_events += gone;
        step.outcome.history.push(HistoryChange::Expire { side: origin, before });
        any = true;
    }
    any
}

/// Brings a range of profiles up to the plan.
pub(super) fn fill(step: &mut Step<'_>, from: u32, to: u32) {
    let revision = step.plan.revision;
    let behind = |slot: &Slot| matches!(slot, Slot::Here(person) if person.memberships.revision < revision);
    let ids: Vec<_> = step.state.resident(from..to).filter(|(_, slot)| behind(slot)).map(|(id, _)| *id).collect();
    for id in ids {
        let Some(mut arc) = step.state.take_person(id) else { continue };
        step.follow(Arc::make_mut(&mut arc), Vec::new());
        step.state.put_person(arc, &mut step.outcome);
    }
    if to >= step.state.core.next_ordinal {
        step.state.core.filled_revision = revision;
    }
}

/// Evaluates all segments of a person whose sides changed as a whole.
pub(super) fn refresh_all(step: &mut Step<'_>, id: ProfileId) {
    let Some(mut arc) = step.state.take_person(id) else { return };
    let all = step.plan.segments.all_places();
    step.follow(Arc::make_mut(&mut arc), all);
    step.state.put_person(arc, &mut step.outcome);
}

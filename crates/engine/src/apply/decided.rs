//! A page that was decided: what won and what was shown is counted, what was read is noted, the record is kept.

use std::{collections::BTreeSet, sync::Arc};

use decide::Stay;
use ledger::landing::Landing;
use model::name::{Content, Experience, Name, Placement};

use super::{Step, did};
use crate::{command::DecidedPage, outcome::DecisionKept, person::Person};

pub(super) fn decided(step: &mut Step<'_>, page: DecidedPage) {
    let DecidedPage { person: id, side: origin, first, won, shown, landed, stays, points, read, sealed } = page;
    let now = step.env.now;
    step.outcome.decided.push(DecisionKept { side: origin, first, sealed });
    step.state.note_reads(step.plan, &read, now);
    let Some(mut arc) = step.state.take_person(id) else { return };
    let person = Arc::make_mut(&mut arc);
    let contents = own_contents(step, person, &shown);
    let (stays, landing) = (own_stays(step, person, stays), own_landing(step, person, landed));
    if person.side(origin).is_some() {
        did::shown(step, &contents);
    }
    let Some(side) = person.side_mut(origin) else { return step.state.put_back(arc) };
    let was_empty = side.ledger.is_empty();
    let scheme = &step.plan.decisions;
    let has_caps = |name: &Name<Experience>| scheme.experience(name).is_some_and(|known| !known.caps.is_empty());
    let ledger = Arc::make_mut(&mut side.ledger);
    contents.iter().for_each(|content| ledger.expose(content, now));
    ledger.visit_with(&stays, now);
    ledger.spend(points, now);
    let landed = landing.and_then(|landing| ledger.land(landing));
    landed.iter().for_each(|landing| step.state.core.landings.shown(landing));
    let has_landed = landed.is_some();
    if ledger.note(&won, now, has_caps) || !contents.is_empty() || !stays.is_empty() || has_landed {
        step.outcome.ledgers.push((id, origin));
    }
    let due = person.due;
    if was_empty {
        step.set_timer(person);
    }
    // Most decisions leave all else of the person as it was: only the ledger is saved.
    if person.due == due { step.state.put_back(arc) } else { step.state.put_person(arc, &mut step.outcome) }
}

/// The contents that were shown where the person granted the purpose, each once: one page is one showing. Of the others
/// nothing is kept.
fn own_contents(
    step: &Step<'_>,
    person: &Person,
    shown: &[(Name<Placement>, Name<Content>)],
) -> BTreeSet<Name<Content>> {
    let is_granted = granted(step, person);
    shown.iter().filter(|(placement, _)| is_granted(placement)).map(|(_, content)| content.clone()).collect()
}

/// What personalized placements where the person granted the purpose.
fn own_stays(step: &Step<'_>, person: &Person, stays: Vec<(Name<Placement>, Stay)>) -> Vec<(Name<Placement>, Stay)> {
    let is_granted = granted(step, person);
    stays.into_iter().filter(|(placement, _)| is_granted(placement)).collect()
}

/// The landing that a page is, if it was searched for: what is shown first where the person granted the purpose.
fn own_landing(
    step: &Step<'_>,
    person: &Person,
    landed: Vec<(Name<Placement>, Arc<str>, Name<Content>)>,
) -> Option<Landing> {
    let is_granted = granted(step, person);
    let own: Vec<_> = landed.into_iter().filter(|(placement, ..)| is_granted(placement)).collect();
    let keyword = own.first()?.1.clone();
    Some(Landing { at: step.env.now, keyword, contents: own.into_iter().map(|(.., content)| content).collect() })
}

/// Whether the person granted the purpose of a placement.
fn granted(step: &Step<'_>, person: &Person) -> impl Fn(&Name<Placement>) -> bool {
    let consents = person.consents();
    move |placement| {
        let placement = step.plan.decisions.placement(placement.as_str());
        placement.is_some_and(|placement| consents.allows(placement.purpose.as_str(), step.env.now))
    }
}

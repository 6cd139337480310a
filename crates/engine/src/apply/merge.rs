//! Merge and unmerge: sides move, nothing is mixed.

use std::sync::Arc;

use model::id::{Id, Merge, ProfileId};
use profile::{
    held::Hold,
    merge::{Cause, MergeRecord, Rule},
    resolve::{self, Meeting, Summary, Verdict},
};

use super::{Step, event};
use crate::{
    chance,
    command::{Claiming, Hop, News},
    outcome::{Reply, TimerMove},
    person::{Person, PersonSide},
    state::Slot,
};

/// The profile gives way: it is frozen into an image that goes to the survivor.
pub(super) fn merge_out(step: &mut Step<'_>, id: ProfileId, into: ProfileId, cause: Cause) {
    let Some(arc) = step.state.take_person(id) else { return };
    step.state.core.profiles -= 1;
    let mut image = Arc::unwrap_or_clone(arc);
    let record = MergeRecord {
        id: chance::id(step.env.seed ^ id.bits() as u64, 4),
        loser: id,
        loser_unit: image.unit,
        moved: image.sides.iter().map(|side| side.facts.origin).collect(),
        at: step.env.now,
        cause,
    };
    depart(step, &mut image);
    step.state.put_slot(id, Slot::Moved(into), &mut step.outcome);
    step.tell(into, News::MergeIn { image, record });
}

/// Takes a person out of segments and timers here.
fn depart(step: &mut Step<'_>, person: &mut Person) {
    let left = person.memberships.members().map(|segment| (person.id, segment, false));
    step.outcome.memberships.extend(left);
    person.memberships = Arc::default();
    let timer = TimerMove { profile: person.id, old: person.due.take(), new: None };
    step.state.move_timer(timer, &mut step.outcome);
}

/// At the profile that should give way. Judges again: it may have changed since the two met.
pub(super) fn asked_to_yield(
    step: &mut Step<'_>,
    id: ProfileId,
    survivor: &Summary,
    over: &Meeting,
    strong_links: usize,
) {
    let Some(person) = step.state.person(id) else { return };
    let ours = person.summary(step.plan);
    if ours.id == survivor.id || ours.sides.contains(&survivor.id) {
        return;
    }
    let Verdict::Merge(rule) = resolve::judge(&ours, survivor, over, strong_links) else { return };
    if resolve::survivor(&ours, survivor).id == ours.id {
        let over = over.clone();
        return step.tell(survivor.id, News::Yield { survivor: ours, over, strong_links });
    }
    merge_out(step, id, survivor.id, Cause { namespace: over.namespace.clone(), key: over.key, rule });
}

/// At the survivor: takes the loser's sides in, unless what it learned meanwhile speaks against it.
pub(super) fn merge_in(step: &mut Step<'_>, id: ProfileId, image: Person, record: MergeRecord) {
    let Some(person) = step.state.person(id) else { return };
    let (ours, theirs) = (person.summary(step.plan), image.summary(step.plan));
    if !resolve::still_joins(record.cause.rule, &ours, &theirs) {
        return refuse(step, id, image, &record.cause);
    }
    step.change(id, |person| {
        person.sides.extend(image.sides);
        sort_sides(person);
        person.merges.extend(image.merges);
        person.merges.push(record);
    });
    step.tell(id, News::Refresh);
}

/// The loser goes back. If they met on a device, it is one that several persons use, as it would have been had the
/// survivor's news come first.
fn refuse(step: &mut Step<'_>, id: ProfileId, mut image: Person, cause: &Cause) {
    if cause.rule == Rule::DeviceLogin {
        let share = |person: &mut Person| {
            for side in &mut person.sides {
                Arc::make_mut(&mut side.facts.identifiers).set_hold(cause.key, Hold::Shared);
            }
        };
        share(&mut image);
        step.change(id, share);
        step.send(Hop::Share { key: cause.key });
    }
    step.send(Hop::Return { image });
}

/// At the partition of a profile that lost a merge: its sides are further on.
pub(super) fn repoint(step: &mut Step<'_>, profile: ProfileId, from: ProfileId, to: ProfileId) {
    if step.state.people.get(&profile) == Some(&Slot::Moved(from)) {
        step.state.put_slot(profile, Slot::Moved(to), &mut step.outcome);
    }
}

/// News for a profile that was erased meanwhile. An image on its way there goes back. An identifier that leads to the
/// erased is released, once more if its erasure has done so already: the claim may have overtaken that, or have come
/// from where the profile lived before. Then whoever wanted to meet the erased over it claims it again.
pub(super) fn told_nobody(step: &mut Step<'_>, news: News) {
    match news {
        News::MergeIn { image, .. } => step.send(Hop::Return { image }),
        News::Settle { side, key, hold: Hold::Own } => step.send(Hop::Release { key, side }),
        News::Meet { holder, side, claimant, over } => {
            let Meeting { key, namespace, strength, asserted } = over;
            step.send(Hop::Release { key, side: holder });
            let want = event::want(&claimant, &namespace, key, asserted);
            step.send(Hop::Claim(Claiming { key, namespace, strength, asserted, want, side, claimant }));
        }
        News::Settle { .. } | News::Yield { .. } | News::Refresh => {}
    }
}

/// A profile lives here again.
pub(super) fn put_back(step: &mut Step<'_>, image: Person) {
    let id = image.id;
    step.state.core.profiles += 1;
    step.state.put_person(Arc::new(image), &mut step.outcome);
    step.tell(id, News::Refresh);
}

/// Takes a merge back: the sides that came with it go home and live there as if it had never been.
pub(super) fn unmerge(step: &mut Step<'_>, id: ProfileId, merge: Option<Id<Merge>>) {
    step.outcome.reply = Reply::NotFound;
    let Some(mut arc) = step.state.take_person(id) else { return };
    let person = Arc::make_mut(&mut arc);
    let found = match merge {
        Some(merge) => person.merges.iter().position(|record| record.id == merge),
        None => person.merges.len().checked_sub(1),
    };
    let Some(found) = found else { return step.state.put_person(arc, &mut step.outcome) };
    let record = person.merges.remove(found);
    let mut image = split_off(person, &record);
    set_apart(person, &mut image);
    step.outcome.reply = Reply::Unmerged { merge: record.id, restored: record.loser };
    step.state.put_person(arc, &mut step.outcome);
    step.tell(id, News::Refresh);
    step.send(Hop::Return { image });
}

/// The loser as it was, with all that happened to its sides since.
fn split_off(person: &mut Person, record: &MergeRecord) -> Person {
    let goes = |side: &PersonSide| record.moved.contains(&side.facts.origin);
    let (gone, kept) = std::mem::take(&mut person.sides).into_iter().partition(goes);
    person.sides = kept;
    let merges = std::mem::take(&mut person.merges);
    let (gone_merges, kept_merges) = merges.into_iter().partition(|merge| record.moved.contains(&merge.loser));
    person.merges = kept_merges;
    let mut image = Person {
        id: record.loser,
        unit: record.loser_unit,
        sides: gone,
        merges: gone_merges,
        memberships: Arc::default(),
        due: None,
    };
    sort_sides(&mut image);
    image
}

/// Remembers on both that they are two persons.
fn set_apart(a: &mut Person, b: &mut Person) {
    let sides = |person: &Person| person.sides.iter().map(|side| side.facts.origin).collect::<Vec<_>>();
    let (ours, theirs) = (sides(a), sides(b));
    for (person, others) in [(a, theirs), (b, ours)] {
        let own = person.id;
        if let Some(side) = person.side_mut(own) {
            side.facts.apart.extend(others);
            side.facts.apart.sort_unstable();
            side.facts.apart.dedup();
        }
    }
}

/// The profile's own side first, then by origin.
fn sort_sides(person: &mut Person) {
    let id = person.id;
    person.sides.sort_by_key(|side| (side.facts.origin != id, side.facts.origin));
}

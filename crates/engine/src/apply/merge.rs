//! Merge and unmerge: sides move, nothing is mixed.

use std::sync::Arc;

use model::{
    id::{Id, Merge, ProfileId},
    time::Timestamp,
};
use profile::{
    held::Hold,
    merge::{Cause, MergeRecord, Rule},
    resolve::{self, Meeting, Summary, Verdict},
};
use segment::membership::Memberships;

use super::{
    Step, event,
    lived::{self, Parted},
};
use crate::{
    chance,
    command::{Claiming, Hop, News},
    outcome::{HistoryChange, Reply, TimerMove},
    person::{Ended, Person},
    state::Slot,
};

/// The profile gives way: it is frozen into an image that goes to the survivor.
pub(super) fn merge_out(step: &mut Step<'_>, id: ProfileId, into: ProfileId, rule: Rule, over: Meeting) {
    let Some(arc) = step.state.take_person(id) else { return };
    step.state.core.profiles -= 1;
    let mut image = Arc::unwrap_or_clone(arc);
    let Meeting { key, namespace, holder, claimant, .. } = over;
    let is_ours = |side| image.side(side).is_some();
    let (loser_side, survivor_side) = match (is_ours(holder), is_ours(claimant)) {
        (true, _) => (holder, claimant),
        (false, true) => (claimant, holder),
        (false, false) => (id, into),
    };
    let record = MergeRecord {
        id: chance::id(step.env.seed ^ id.bits() as u64, 4),
        loser: id,
        loser_unit: image.unit,
        loser_side,
        moved: image.sides.iter().map(|side| side.facts.origin).collect(),
        survivor: into,
        survivor_side,
        at: step.env.now,
        cause: Cause { namespace, key, rule },
    };
    depart(step, &mut image);
    let own = image.side_mut(id).map(|side| {
        side.facts.moves += 1;
        side.facts.moves
    });
    step.state.put_slot(id, Slot::Moved { to: into, moves: own.unwrap_or_default() }, &mut step.outcome);
    step.tell(into, News::MergeIn { image, record });
}

/// Takes a person out of segments and timers here. Its image keeps the memberships.
fn depart(step: &mut Step<'_>, person: &mut Person) {
    let left = person.memberships.members().map(|segment| (person.id, segment, false));
    step.outcome.memberships.extend(left);
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
    merge_out(step, id, survivor.id, rule, over.clone());
}

/// At the survivor: takes the loser's sides in, unless what it learned meanwhile speaks against it.
pub(super) fn merge_in(step: &mut Step<'_>, id: ProfileId, mut image: Person, record: MergeRecord) {
    let Some(person) = step.state.person(id) else { return };
    let (ours, theirs) = (person.summary(step.plan), image.summary(step.plan));
    if !resolve::still_joins(record.cause.rule, &ours, &theirs) {
        return refuse(step, id, image, &record.cause);
    }
    if record.survivor != id {
        point(step, &mut image, record.loser, id);
    }
    let at = step.env.now;
    step.outcome.ledgers.extend(image.sides.iter().map(|side| (id, side.facts.origin)));
    step.change(id, |person| {
        let ended = Ended { loser: image.memberships, survivor: person.memberships.clone() };
        person.ended.extend(image.ended);
        person.ended.insert(record.id, ended);
        person.sides.extend(image.sides);
        sort_sides(person);
        person.merges.extend(image.merges);
        person.merges.push(MergeRecord { survivor: id, at, ..record });
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
        // What was done on a device that is shared now makes no interest any more.
        step.tell(id, News::Refresh);
        step.send(Hop::Share { key: cause.key });
    }
    step.send(Hop::Return { image });
}

/// At the partition of a profile that lost a merge: its side is elsewhere, unless it has heard better.
pub(super) fn repoint(step: &mut Step<'_>, profile: ProfileId, to: ProfileId, moves: u32) {
    if matches!(step.state.people.get(&profile), Some(Slot::Moved { moves: known, .. }) if *known < moves) {
        step.state.put_slot(profile, Slot::Moved { to, moves }, &mut step.outcome);
    }
}

/// News for whom it does not find where it came goes on.
///
/// What is meant for a profile that is on its way into another follows it, and must not go round within one partition
/// where the image has yet to arrive. So it goes the image's own way: a profile that is of this partition points to
/// where its image goes now, and one of another partition to where the image came from, until it has arrived.
pub(super) fn send_on(step: &mut Step<'_>, to: ProfileId, mut news: News) {
    if let News::MergeIn { image, record } = &mut news
        && image.id.partition() == step.state.partition
    {
        point(step, image, record.loser, to);
        record.survivor = to;
    }
    step.tell(to, news);
}

/// Tells the profile of a side that lives here with whom it is.
fn point(step: &mut Step<'_>, person: &mut Person, profile: ProfileId, to: ProfileId) {
    if let Some(side) = person.side_mut(profile) {
        side.facts.moves += 1;
        step.send(Hop::Repoint { profile, to, moves: side.facts.moves });
    }
}

/// News for a profile that was erased meanwhile. An image on its way there goes back. An identifier that leads to the
/// erased is released, once more if its erasure has done so already: the claim may have overtaken that, or have come
/// from where the profile lived before. Then whoever wanted to meet the erased over it claims it again.
pub(super) fn told_nobody(step: &mut Step<'_>, news: News) {
    match news {
        News::MergeIn { image, .. } => step.send(Hop::Return { image }),
        News::Settle { side, key, hold: Hold::Own } => step.send(Hop::Release { key, side }),
        News::Meet { claimant, over } => {
            let Meeting { key, namespace, strength, asserted, holder, claimant: side } = over;
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
    step.outcome.ledgers.extend(image.sides.iter().map(|side| (id, side.facts.origin)));
    step.outcome.memberships.extend(image.memberships.members().map(|segment| (id, segment, true)));
    step.state.put_person(Arc::new(image), &mut step.outcome);
    step.tell(id, News::Refresh);
}

/// Takes a merge back: whoever belongs to the other part goes home and lives there as if it had never been.
pub(super) fn unmerge(step: &mut Step<'_>, id: ProfileId, merge: Option<Id<Merge>>) {
    step.outcome.reply = Reply::NotFound;
    let Some(arc) = step.state.take_person(id) else { return };
    let found = match merge {
        Some(merge) => arc.merges.iter().position(|record| record.id == merge),
        None => arc.merges.len().checked_sub(1),
    };
    let Some(found) = found else { return step.state.put_person(arc, &mut step.outcome) };
    let undone = arc.merges[found].clone();
    let Parted { mut stays, mut goes, apart: [lost, stayed] } = lived::part(step, Person::clone(&arc), found);
    set_apart([&mut stays, &mut goes], undone.loser_side, &stayed);
    set_apart([&mut stays, &mut goes], undone.survivor_side, &lost);
    let restored = goes.id;
    step.outcome.reply = Reply::Unmerged { merge: undone.id, restored };
    for person in [&mut stays, &mut goes] {
        point_elsewhere(step, &arc.merges, person);
        undecide(step, person, undone.at);
    }
    step.outcome.ledgers.extend(stays.sides.iter().map(|side| (id, side.facts.origin)));
    leave_and_enter(step, &arc.memberships, &stays);
    stays.due = arc.due;
    step.state.put_person(Arc::new(stays), &mut step.outcome);
    step.tell(id, News::Refresh);
    step.send(Hop::Return { image: goes });
}

/// What was decided while both were one looked at both, and would go on telling the one of the other.
fn undecide(step: &mut Step<'_>, person: &mut Person, since: Timestamp) {
    for side in &mut person.sides {
        Arc::make_mut(&mut side.ledger).forget_records_since(since);
        step.outcome.history.push(HistoryChange::Undecide { side: side.facts.origin, since, until: step.env.now });
    }
}

/// Remembers on a side that it is not one person with others.
fn set_apart(people: [&mut Person; 2], side: ProfileId, others: &[ProfileId]) {
    for side in people.into_iter().filter_map(|person| person.side_mut(side)) {
        side.facts.apart.extend(others);
        side.facts.apart.sort_unstable();
        side.facts.apart.dedup();
    }
}

/// Profiles that would have lost to somebody else point there.
fn point_elsewhere(step: &mut Step<'_>, before: &[MergeRecord], person: &mut Person) {
    let same = |record: &MergeRecord| {
        before.iter().any(|before| (before.loser, before.survivor) == (record.loser, record.survivor))
    };
    let others: Vec<_> = person.merges.iter().filter(|record| !same(record)).map(|r| (r.loser, r.survivor)).collect();
    for (profile, to) in others {
        point(step, person, profile, to);
    }
}

/// Says how a person's memberships differ from those before.
fn leave_and_enter(step: &mut Step<'_>, before: &Memberships, person: &Person) {
    let is_in = |memberships: &Memberships, segment| memberships.get(segment).is_some_and(|entry| entry.member);
    let left = before.members().filter(|segment| !is_in(&person.memberships, *segment));
    step.outcome.memberships.extend(left.map(|segment| (person.id, segment, false)));
    let entered = person.memberships.members().filter(|segment| !is_in(before, *segment));
    step.outcome.memberships.extend(entered.map(|segment| (person.id, segment, true)));
}

/// The profile's own side first, then by origin.
pub(super) fn sort_sides(person: &mut Person) {
    let id = person.id;
    person.sides.sort_by_key(|side| (side.facts.origin != id, side.facts.origin));
}

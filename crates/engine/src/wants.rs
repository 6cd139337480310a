//! What a command touches: the parts of the state that must be resident before it is applied.

use model::{id::ProfileId, identifier::IdentifierKey, time::Timestamp};

use crate::{
    command::{Command, Hop},
    person::Person,
    plan::Plan,
    state::{Slot, State},
};

/// A part of the state that is not resident.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Want {
    /// What a profile id stands for.
    Profile(ProfileId),
    /// All profiles with ordinals from the first to before the second.
    Profiles(u32, u32),
    /// Whom an identifier leads to.
    Identifier(IdentifierKey),
    /// The trails of this profile's sides, rebuilt from history: a condition looks at more than they hold.
    Trails(ProfileId),
    /// The same with the chronicles of the sides, for an unmerge.
    Chronicles(ProfileId),
    /// The timers due before this moment.
    Timers(Timestamp),
}

/// How many persons one [`Command::Due`] looks at.
pub const DUE_PERSONS: usize = 256;

/// How far ahead timers are resident, in milliseconds.
pub const TIMERS_AHEAD_MS: i64 = 3_600_000;

/// What `command` touches that is not resident; empty if it can be applied. Loading may bring new wants.
pub fn wants(plan: &Plan, state: &State, command: &Command, now: Timestamp) -> Vec<Want> {
    match command {
        Command::Event(arrival) => {
            let anchor = identifier(state, arrival.keys[arrival.anchor]);
            let begins = arrival.person == arrival.side && arrival.person.ordinal() == state.core.next_ordinal;
            anchor.into_iter().chain(if begins { None } else { profile(plan, state, arrival.person) }).collect()
        }
        Command::Counted(_)
        | Command::PlanChanged { .. }
        | Command::Reject(_)
        | Command::Resolve { .. }
        | Command::Access(_) => Vec::new(),
        Command::Hop { hop, .. } => hop_wants(plan, state, hop),
        Command::Decided(page) => {
            let known = state.people.contains_key(&page.person);
            (!known).then_some(Want::Profile(page.person)).into_iter().collect()
        }
        Command::Unmerge { profile: id, .. } => {
            let chronicles = state.person(*id).is_some_and(|person| !person.has_chronicles());
            let chronicles = chronicles.then_some(Want::Chronicles(*id));
            profile(plan, state, *id).or(chronicles).into_iter().collect()
        }
        Command::Erase { profile: id } => profile(plan, state, *id).into_iter().collect(),
        Command::Due => due(plan, state, now),
        Command::Fill { from, to } => fill(plan, state, *from, *to),
    }
}

/// The same for a message that this partition applies.
pub fn hop_wants(plan: &Plan, state: &State, hop: &Hop) -> Vec<Want> {
    match hop {
        Hop::Claim(claiming) => identifier(state, claiming.key).into_iter().collect(),
        Hop::Share { key } | Hop::Release { key, .. } => identifier(state, *key).into_iter().collect(),
        Hop::Tell { to, .. } => profile(plan, state, *to).into_iter().collect(),
        Hop::Return { image } => profile(plan, state, image.id).into_iter().collect(),
        Hop::Forget { profile: id } | Hop::Repoint { profile: id, .. } => {
            profile(plan, state, *id).into_iter().collect()
        }
    }
}

fn identifier(state: &State, key: IdentifierKey) -> Option<Want> {
    let here = key.home(state.partitions) == state.partition;
    (here && !state.directory.contains_key(&key)).then_some(Want::Identifier(key))
}

fn profile(plan: &Plan, state: &State, id: ProfileId) -> Option<Want> {
    match state.people.get(&id) {
        None => Some(Want::Profile(id)),
        Some(Slot::Here(person)) => trails(plan, person),
        Some(_) => None,
    }
}

fn trails(plan: &Plan, person: &Person) -> Option<Want> {
    person.trails_are_stale(&plan.segments).then_some(Want::Trails(person.id))
}

fn due(plan: &Plan, state: &State, now: Timestamp) -> Vec<Want> {
    if state.timers_until <= now {
        let ahead = model::time::Span::from_millis(TIMERS_AHEAD_MS);
        return vec![Want::Timers(now.plus(ahead))];
    }
    let timers = state.timers.iter().take_while(|(due, _)| *due <= now).take(DUE_PERSONS);
    timers.filter_map(|(_, id)| profile(plan, state, *id)).collect()
}

fn fill(plan: &Plan, state: &State, from: u32, to: u32) -> Vec<Want> {
    let resident = || state.resident(from..to);
    if resident().count() < (to - from) as usize {
        return vec![Want::Profiles(from, to)];
    }
    resident().filter_map(|(id, _)| profile(plan, state, *id)).collect()
}

//! Applying commands: dispatch here, one file for each thing that happens.

mod decided;
mod did;
mod erase;
mod event;
mod lived;
mod meet;
mod merge;
mod told;
mod upkeep;
mod visited;

use std::sync::Arc;

use model::{consent::Keep, id::ProfileId, partition::Partition, time::Env};

use crate::{
    command::{Command, Hop, News},
    outcome::{Outcome, TimerMove},
    person::Person,
    plan::Plan,
    state::{State, Whereabouts},
};

pub(crate) const KEEP: Keep = Keep::for_the_engine();

/// Applies a command of which [`crate::wants::wants`] misses nothing. `plan` is the one in force at its log position.
///
/// The outcome may hold messages to this very partition ([`Outcome::local`]): apply them in order with [`apply_hop`]
/// before the next command; they belong to this one.
pub fn apply(plan: &Plan, state: &mut State, command: Command, env: &Env) -> Outcome {
    debug_assert!(env.now >= state.core.now, "time went backwards in partition {}", state.partition);
    state.core.now = env.now;
    let mut step = Step { plan, state, env, outcome: Outcome::default() };
    match command {
        Command::Event(arrival) => event::event(&mut step, *arrival),
        Command::Counted(counted) => upkeep::counted(&mut step, counted),
        Command::Hop { from, number, hop } => {
            if step.is_next(from, number) {
                hopped(&mut step, *hop);
            }
        }
        Command::Due => upkeep::due(&mut step),
        Command::PlanChanged { revision } => step.state.core.plan_revision = revision,
        Command::Fill { from, to } => upkeep::fill(&mut step, from, to),
        Command::Unmerge { profile, merge } => merge::unmerge(&mut step, profile, merge),
        Command::Erase { profile } => erase::erase(&mut step, profile),
        Command::Reject(rejection) => step.outcome.rejected.push(*rejection),
        Command::Resolve { rejected } => step.outcome.resolved.push(rejected),
        Command::Access(access) => step.outcome.accesses.push((env.now, access)),
        Command::Decided(page) => decided::decided(&mut step, *page),
    }
    step.outcome
}

/// Applies a message that this partition sent itself, as part of the command that caused it.
pub fn apply_hop(plan: &Plan, state: &mut State, hop: Hop, env: &Env) -> Outcome {
    let mut step = Step { plan, state, env, outcome: Outcome::default() };
    hopped(&mut step, hop);
    step.outcome
}

fn hopped(step: &mut Step<'_>, hop: Hop) {
    match hop {
        Hop::Claim(claiming) => meet::claim(step, claiming),
        Hop::Share { key } => meet::share(step, key),
        Hop::Release { key, side } => erase::release(step, key, side),
        Hop::Return { image } => merge::put_back(step, image),
        Hop::Forget { profile } => erase::forget(step, profile),
        Hop::Repoint { profile, to, moves } => merge::repoint(step, profile, to, moves),
        Hop::Tell { to, news } => match step.state.whereabouts(to) {
            Whereabouts::Here(id) => told(step, id, news),
            Whereabouts::Moved(on) => merge::send_on(step, on, news),
            Whereabouts::Gone => match side_meant(&news) {
                // It may have come back from there: a merge into the erased could not be.
                Some(side) if side != to => merge::send_on(step, side, news),
                _ => merge::told_nobody(step, news),
            },
        },
    }
}

/// The side that news is for, where it is for one and not for the whole profile.
fn side_meant(news: &News) -> Option<ProfileId> {
    match news {
        News::Settle { side, .. } => Some(*side),
        News::Meet { over, .. } => Some(over.holder),
        News::Yield { survivor, over, .. } => {
            [over.holder, over.claimant].into_iter().find(|side| !survivor.sides.contains(side))
        }
        News::MergeIn { record, .. } => Some(record.survivor_side),
        News::Refresh => None,
    }
}

fn told(step: &mut Step<'_>, id: ProfileId, news: News) {
    let lives_here = |side| step.state.person(id).is_none_or(|person| person.side(side).is_some());
    if let Some(side) = side_meant(&news).filter(|side| !lives_here(*side)) {
        // The side has gone home, in an unmerge or a merge that could not be; what is meant for it follows.
        return merge::send_on(step, side, news);
    }
    match news {
        News::Settle { side, key, hold } => meet::settle(step, id, (side, key, hold)),
        News::Meet { claimant, over } => meet::meet(step, id, &claimant, over),
        News::Yield { survivor, over, strong_links } => merge::asked_to_yield(step, id, &survivor, &over, strong_links),
        News::Refresh => upkeep::refresh_all(step, id),
        News::MergeIn { image, record } => merge::merge_in(step, id, image, record),
    }
}

/// One command at work.
struct Step<'a> {
    plan: &'a Plan,
    state: &'a mut State,
    env: &'a Env,
    outcome: Outcome,
}

impl Step<'_> {
    /// Whether a hop is the next one from that partition; notes that it is applied now.
    fn is_next(&mut self, from: Partition, number: u64) -> bool {
        let last = self.state.core.inbox.entry(from).or_default();
        let next = number == *last + 1;
        *last += u64::from(next);
        next
    }

    fn send(&mut self, hop: Hop) {
        self.state.send(hop, &mut self.outcome);
    }

    fn tell(&mut self, to: ProfileId, news: News) {
        self.send(Hop::Tell { to, news });
    }

    /// Changes a person who lives here; does nothing if there is none. Evaluates nothing.
    fn change(&mut self, id: ProfileId, change: impl FnOnce(&mut Person)) {
        if let Some(mut person) = self.state.take_person(id) {
            change(Arc::make_mut(&mut person));
            self.state.put_person(person, &mut self.outcome);
        }
    }

    /// Evaluates what may have changed for a person: the named places, what expired, what was published since.
    fn follow(&mut self, person: &mut Person, mut places: Vec<usize>) {
        let segments = &self.plan.segments;
        let mut memberships = std::mem::take(&mut person.memberships);
        let inner = Arc::make_mut(&mut memberships);
        places.extend(segments.expired(inner, self.env.now));
        let mut changes = Vec::new();
        if inner.revision < self.plan.revision {
            places.extend(segments.changed_after(inner.revision));
            changes = inner.forget_unpublished(segments);
            inner.revision = self.plan.revision;
        }
        if !places.is_empty() {
            changes.extend(inner.refresh(
                segments,
                &places,
                &person.view(&KEEP, self.plan, self.env.now),
                self.env.now,
            ));
        }
        person.memberships = memberships;
        self.outcome.memberships.extend(changes.into_iter().map(|change| (person.id, change.segment, change.member)));
        self.set_timer(person);
    }

    fn set_timer(&mut self, person: &mut Person) {
        let timer = TimerMove { profile: person.id, old: person.due, new: person.next_due(self.plan) };
        person.due = timer.new;
        self.state.move_timer(timer, &mut self.outcome);
    }
}

//! Questions about all persons of a partition.

use std::sync::Arc;

use engine::{person::Person, state::Slot, wants::Want};
use model::consent::Keep;
use segment::{membership::WithSegments, trails::Trails};
use store::error::StoreError;

use super::{Desk, now};
use crate::{
    limits, load,
    message::{Matching, Survey, Waiting},
    published::in_all,
};

impl Desk {
    /// Adds this partition's part to an answer.
    pub(crate) fn survey(&mut self, survey: &Survey) -> Result<(), StoreError> {
        match survey {
            Survey::Size(segments, ticket) => {
                let matched = in_all(&self.members, segments);
                let filling = u32::from(self.is_filling());
                let persons = self.persons();
                ticket.update(|tally| {
                    tally.matched += matched;
                    tally.persons += persons;
                    tally.seen += persons;
                    tally.incomplete += filling;
                });
            }
            Survey::Members { partition, segment, from, most, ticket } if *partition == self.partition() => {
                let members = self.members.get(segment).map(|members| {
                    let mut ordinals = members.iter();
                    ordinals.advance_to(*from);
                    ordinals.take(*most).collect::<Vec<_>>()
                });
                for ordinal in members.unwrap_or_default() {
                    self.load_ordinals(ordinal, ordinal + 1)?;
                    let id = self.state.resident(ordinal..ordinal + 1).next().map(|(id, _)| *id);
                    ticket.update(|ids| ids.extend(id));
                }
            }
            Survey::Members { .. } => {}
            Survey::Match(matching) => self.matching(matching)?,
            Survey::ContentDays { from, to, ticket } => {
                let entries = self.state.core.content_days.entries().iter();
                let asked = entries.filter(|(key, _)| (*from..=*to).contains(&key.day));
                ticket.update(|all| {
                    asked.for_each(|(key, count)| all.entry(key.clone()).or_default().add(*count));
                });
            }
            Survey::Status(ticket) => {
                // What was only counted may wait for its block, which nobody else waits for.
                self.log_counts()?;
                let core = &self.state.core;
                let (profiles, filling) = (self.persons(), u32::from(self.is_filling()));
                ticket.update(|status| {
                    status.profiles += profiles;
                    status.events += core.events;
                    status.expired_events += core.expired_events;
                    status.erased_events += core.erased_events;
                    status.quarantined += core.quarantined;
                    status.filling += filling;
                    let count = |(key, events): (&engine::state::CountKey, &u64)| {
                        (key.source.as_str().to_owned(), key.day, (*key.kind).to_owned(), *events)
                    };
                    status.counts.extend(core.counts.iter().map(count));
                });
            }
        }
        Ok(())
    }

    /// How many profiles live here: those that began here, less those that lost a merge or were erased.
    fn persons(&self) -> u64 {
        self.state.core.profiles
    }

    fn load_ordinals(&mut self, from: u32, to: u32) -> Result<(), StoreError> {
        if self.state.resident(from..to).count() < (to - from) as usize {
            load::want(&self.shared, &self.plan, &mut self.state, Want::Profiles(from, to), None)?;
        }
        Ok(())
    }

    /// Counts those whom a draft condition matches, until the deadline.
    fn matching(&mut self, matching: &Matching) -> Result<(), StoreError> {
        let all = self.state.core.next_ordinal;
        let persons = self.persons();
        matching.ticket.update(|tally| tally.persons += persons);
        let (mut from, mut matched, mut seen) = (0, 0, 0);
        while from < all && now() < matching.deadline {
            let to = from.saturating_add(limits::FILL_PROFILES).min(all);
            self.load_ordinals(from, to)?;
            let lives = self.state.resident(from..to).filter(|(_, slot)| matches!(slot, Slot::Here(_)));
            let asked = lives.map(|(id, _)| *id).filter(|id| (id.bits() as u32).is_multiple_of(matching.one_in));
            for id in asked.collect::<Vec<_>>() {
                self.load_trails(id)?;
                let Some(person) = self.state.person(id) else { continue };
                seen += 1;
                matched += u64::from(self.matches(person, matching)?);
            }
            from = to;
        }
        matching.ticket.update(|tally| {
            tally.matched += matched;
            tally.seen += seen;
            tally.incomplete += u32::from(from < all);
        });
        self.answer_after_block(Waiting::Tally(matching.ticket.clone()));
        Ok(())
    }

    /// Whether a draft condition matches a person; reads history if it looks at more than the trails hold.
    fn matches(&self, person: &Arc<Person>, matching: &Matching) -> Result<bool, StoreError> {
        const KEEP: Keep = Keep::for_the_engine();
        let now = self.env().now;
        let mut person = engine::person::current(&self.plan, person, now);
        if matching.needs_history {
            let draft = Arc::make_mut(&mut person);
            for side in &mut draft.sides {
                let history = load::history(&self.shared, side.facts.origin)?;
                let events = history.iter().map(|(event, tie)| (event, *tie));
                side.trails = Arc::new(Trails::rebuilt(&matching.segments, events));
            }
        }
        let view = person.view(&KEEP, &self.plan, now);
        let facts = WithSegments::new(&view, &self.plan.segments, &person.memberships, now);
        Ok(matching.condition.matches(&facts, now).value)
    }
}

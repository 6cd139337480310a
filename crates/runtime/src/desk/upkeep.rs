//! What a partition does by itself: timers, a new plan, saving.

use std::{sync::Arc, time::Duration};

use engine::{census::Census, command::Command, plan::Plan, wants::wants};
use model::id::ProfileId;
use segment::set::SegmentNumber;
use store::error::StoreError;

use super::{Desk, now};
use crate::{
    erasing::Erasing,
    journal::After,
    limits,
    message::{Message, Waiting},
    published::Move,
    saver::SaveJob,
    ticket::Ticket,
};

impl Desk {
    /// Looks at the persons whose timers are due, some of them at a time; says whether there may be more.
    pub(crate) fn look_at_timers(&mut self) -> Result<bool, StoreError> {
        let now = self.env().now;
        self.load_for(|desk| wants(&desk.plan, &desk.state, &Command::Due, now))?;
        if self.state.timers.first().is_none_or(|(due, _)| *due > now) {
            return Ok(false);
        }
        let env = self.env();
        self.run(Command::Due, &env, &[])?;
        Ok(true)
    }

    /// The ticket waits for what is in the open block.
    pub(crate) fn wait_for_block(&mut self, ticket: &Ticket<()>) {
        self.answer_after_block(Waiting::Done(ticket.clone()));
    }

    /// Lets a new plan apply from here on, and begins to bring profiles up to it.
    pub(crate) fn change_plan(&mut self, plan: &Arc<Plan>, ticket: &Ticket<()>) -> Result<(), StoreError> {
        if plan.revision > self.plan.revision {
            let env = self.env();
            self.run(Command::PlanChanged { revision: plan.revision }, &env, &[])?;
            self.plan = plan.clone();
            self.forget_unpublished_members();
            self.fill_from = Some(0);
        }
        self.wait_for_block(ticket);
        Ok(())
    }

    /// After opening: the newest plan may have been published while this partition was closed.
    pub(super) fn follow_newest_plan(&mut self) -> Result<(), StoreError> {
        let newest = self.shared.plans.newest();
        let (ticket, _) = Ticket::new(());
        self.change_plan(&newest, &ticket)?;
        if self.state.core.filled_revision < self.plan.revision {
            self.fill_from = Some(0);
        }
        Ok(())
    }

    fn forget_unpublished_members(&mut self) {
        let gone: Vec<SegmentNumber> =
            self.members.keys().filter(|number| self.plan.segments.by_number(**number).is_none()).copied().collect();
        for number in gone {
            self.members.remove(&number);
            self.dirty.members.insert(number);
            self.moves.push(Move::Forgotten(number));
        }
    }

    /// Whether profiles are being brought up to the plan.
    pub(crate) fn is_filling(&self) -> bool {
        self.fill_from.is_some()
    }

    /// Answers once they are.
    pub(crate) fn when_filled(&mut self, ticket: &Ticket<()>) {
        if self.is_filling() {
            self.fill_waiters.push(ticket.clone());
        } else {
            self.wait_for_block(ticket);
        }
    }

    /// Brings some more profiles up to the plan.
    pub(crate) fn fill_on(&mut self) -> Result<(), StoreError> {
        let Some(from) = self.fill_from else { return Ok(()) };
        let all = self.state.core.next_ordinal;
        let to = from.saturating_add(limits::FILL_PROFILES).min(all);
        let env = self.env();
        self.run(Command::Fill { from, to }, &env, &[])?;
        self.fill_from = (to < all).then_some(to);
        if self.fill_from.is_none() {
            for ticket in std::mem::take(&mut self.fill_waiters) {
                self.wait_for_block(&ticket);
            }
        }
        Ok(())
    }

    /// Destroys the keys of erased sides once every partition has saved; see [`Erasing`].
    pub(super) fn finish_erasures(&mut self) {
        let (sides, waiters) = (std::mem::take(&mut self.erased), std::mem::take(&mut self.erasure_waiters));
        if sides.is_empty() {
            return;
        }
        let erasing = Erasing::new(sides, waiters, self.shared.saver.clone());
        for owner in &self.shared.owners {
            self.block.after.push(After::Send(owner.clone(), Box::new(Message::SaveFor(erasing.clone()))));
        }
    }

    /// Saves as soon as possible, for an erasure.
    pub(crate) fn save_for(&mut self, erasing: &Arc<Erasing>) {
        self.dirty.erasing.push(erasing.clone());
        self.dirty.urgent = true;
    }

    /// Keeps a census with the next save, which is soon; the ticket waits for it.
    pub(crate) fn keep_census(&mut self, census: Arc<Census>, ticket: &Ticket<()>) {
        self.dirty.census = Some(census);
        self.dirty.touched = true;
        self.save_now(ticket);
    }

    /// Saves as soon as possible; the ticket waits for it, and for the saves that are under way.
    pub(crate) fn save_now(&mut self, ticket: &Ticket<()>) {
        if self.dirty.touched || !self.saving.is_empty() {
            self.dirty.waiters.push(Waiting::Done(ticket.clone()));
            self.dirty.urgent = true;
        }
    }

    /// Adds a save to the open block when the last one is long enough ago.
    pub(super) fn save_if_due(&mut self) {
        let due = self.last_save.elapsed() >= Duration::from_millis(self.shared.limits.save_every_ms);
        if self.dirty.urgent || (due && self.dirty.touched) {
            self.save();
        }
    }

    fn save(&mut self) {
        let mut dirty = std::mem::take(&mut self.dirty);
        let slot = |id: &ProfileId| Some((*id, self.state.people.get(id)?.clone()));
        // Of a side that went elsewhere, whoever took it in has the ledger, and saves it.
        let ledger = |(profile, side): &(ProfileId, ProfileId)| {
            let side = self.state.person(*profile)?.side(*side)?;
            Some((side.facts.origin, side.ledger.clone()))
        };
        let job = SaveJob {
            lease: self.lease,
            number: self.job,
            position: self.position,
            core: self.state.core.clone(),
            people: dirty.people.iter().filter_map(slot).collect(),
            lived: std::mem::take(&mut dirty.lived),
            ledgers: dirty.ledgers.iter().filter_map(ledger).collect(),
            identifiers: dirty.identifiers.iter().map(|key| (*key, self.state.holding(*key))).collect(),
            timers: dirty.timers.values().copied().collect(),
            effects: dirty.effects.iter().map(|key| (*key, self.outbox.get(key).cloned())).collect(),
            bitmaps: dirty.members.iter().map(|segment| (*segment, self.serialized_members(*segment))).collect(),
            history: std::mem::take(&mut dirty.history),
            rejected: std::mem::take(&mut dirty.rejected),
            resolved: std::mem::take(&mut dirty.resolved),
            accesses: std::mem::take(&mut dirty.accesses),
            census: dirty.census.take(),
            erasing: std::mem::take(&mut dirty.erasing),
            waiters: std::mem::take(&mut dirty.waiters),
        };
        self.block.after.push(After::Save(Box::new(job)));
        self.saving.insert(self.job, dirty);
        self.job += 1;
        self.last_save = now();
    }

    fn serialized_members(&self, segment: SegmentNumber) -> Option<Vec<u8>> {
        let members = self.members.get(&segment)?;
        let mut bytes = Vec::with_capacity(members.serialized_size());
        members.serialize_into(&mut bytes).expect("writing into memory does not fail");
        Some(bytes)
    }

    /// Saves everything and closes the block; the ticket waits for both.
    pub(crate) fn save_and_close(&mut self, ticket: &Ticket<()>) -> Result<(), StoreError> {
        self.log_counts()?;
        self.dirty.waiters.push(Waiting::Done(ticket.clone()));
        self.save();
        self.wait_for_block(ticket);
        self.close_block()
    }
}

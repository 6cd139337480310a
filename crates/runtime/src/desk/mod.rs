//! One partition at work: its state, the block being filled, what is to be saved.

pub(crate) mod arrive;
mod decide;
mod dirty;
mod hops;
mod room;
pub(crate) mod shared;
mod survey;
mod upkeep;

use std::{collections::BTreeMap, sync::Arc, time::Instant};

use engine::{
    apply::{apply, apply_hop},
    chance,
    command::{Command, Hop},
    outcome::{Effect, HistoryChange, Outcome, Reply},
    plan::Plan,
    state::State,
    wants::{Want, hop_wants, wants},
};
use model::{
    event::Event,
    id::ProfileId,
    name::{Name, Source},
    partition::{Partition, Position},
    time::{Env, Timestamp},
};
use record::{
    history::{SealedEvent, seal_event},
    log::{BlockWriter, Logged, Recalled, decode_commands},
};
use roaring::RoaringBitmap;
use segment::set::SegmentNumber;
use store::{
    error::StoreError,
    substrate::{Block, Lease},
};

use self::{dirty::Dirty, shared::Shared};
use crate::{
    journal::{After, Parcel},
    limits, load,
    message::{Message, Waiting},
    published::{Move, Publication},
    saver::HistoryWrite,
    ticket::{Failure, Ticket},
    unsaved::Row,
};

/// One partition at work.
#[derive(Debug)]
pub(crate) struct Desk {
    shared: Arc<Shared>,
    lease: Lease,
    generation: u64,
    state: State,
    plan: Arc<Plan>,
    /// The position of the next command.
    position: Position,
    block: OpenBlock,
    dirty: Dirty,
    /// What is being saved, by number of the save: it must stay resident.
    saving: BTreeMap<u64, Dirty>,
    job: u64,
    last_save: Instant,
    /// Hops that their partition has not acknowledged.
    outbox: BTreeMap<(Partition, u64), Effect>,
    /// The members of each segment, by ordinal.
    members: BTreeMap<SegmentNumber, RoaringBitmap>,
    /// How members changed since that was published.
    moves: Vec<Move>,
    /// Until when what was published last holds.
    published_until: Timestamp,
    /// Anonymous events since the last block.
    counted: BTreeMap<(Name<Source>, Arc<str>), u64>,
    /// Where bringing profiles up to the plan goes on.
    fill_from: Option<u32>,
    fill_waiters: Vec<Ticket<()>>,
    /// The profile that had to make room last.
    hand: ProfileId,
    /// Sides erased since the last block, and who waits for that.
    erased: Vec<ProfileId>,
    erasure_waiters: Vec<Waiting>,
    /// While the log is applied again: the moment of the command.
    replaying: Option<Timestamp>,
    /// A command failed in the middle: nothing more may be applied.
    broken: bool,
}

/// The block being filled.
#[derive(Debug, Default)]
struct OpenBlock {
    commands: BlockWriter,
    after: Vec<After>,
}

impl Desk {
    /// Claims a partition and brings it to the end of its log.
    pub(crate) fn open(shared: &Arc<Shared>, partition: Partition, generation: u64) -> Result<Self, load::LoadError> {
        let lease = shared.substrate.claim(&[partition])?.remove(0);
        Self::open_under(shared, lease, generation)
    }

    /// The same with a lease already held.
    pub(crate) fn open_under(shared: &Arc<Shared>, lease: Lease, generation: u64) -> Result<Self, load::LoadError> {
        let partition = lease.partition;
        let _opening = shared.tails.begin();
        shared.unsaved.forget_partition(partition);
        let core = load::core(shared, partition)?;
        let plan = shared.plans.revision(shared.substrate.as_ref(), core.plan_revision)?;
        let mut desk = Self {
            shared: shared.clone(),
            lease,
            generation,
            state: State::new(partition, shared.substrate.partitions(), core),
            plan,
            position: shared.substrate.saved(partition)?,
            block: OpenBlock::default(),
            dirty: Dirty::default(),
            saving: BTreeMap::new(),
            job: 0,
            last_save: now(),
            outbox: load::outbox(shared, partition)?,
            members: load::members(shared, partition)?,
            moves: Vec::new(),
            published_until: Timestamp::MIN,
            counted: BTreeMap::new(),
            fill_from: None,
            fill_waiters: Vec::new(),
            hand: ProfileId::from_bits(0),
            erased: Vec::new(),
            erasure_waiters: Vec::new(),
            replaying: None,
            broken: false,
        };
        desk.replay()?;
        desk.follow_newest_plan()?;
        desk.resend_all();
        let publication = Publication { moves: Vec::new(), ..desk.publication() };
        shared.published.replace(partition, &desk.members, publication);
        Ok(desk)
    }

    pub(crate) fn partition(&self) -> Partition {
        self.lease.partition
    }

    pub(crate) fn generation(&self) -> u64 {
        self.generation
    }

    /// Whether it waits to be opened again.
    pub(crate) fn is_broken(&self) -> bool {
        self.broken
    }

    /// Applies again what the log holds beyond the saved state.
    fn replay(&mut self) -> Result<(), load::LoadError> {
        let shared = self.shared.clone();
        let keys = |side| shared.key(side);
        let commands = shared.substrate.end(self.partition())?.0.saturating_sub(self.position.0);
        // Most of them are events; growing step by step would touch several times the memory.
        self.dirty.history.reserve(commands as usize);
        loop {
            let blocks = shared.substrate.read(self.partition(), self.position, limits::RECOVER_BYTES)?;
            if blocks.is_empty() {
                self.replaying = None;
                return Ok(());
            }
            for block in blocks {
                let skipped = self.position.0.saturating_sub(block.first.0) as usize;
                for (place, logged) in decode_commands(&block.bytes, &keys)?.enumerate() {
                    let Logged { env, command, sealed } = logged?;
                    if place < skipped {
                        continue;
                    }
                    self.position = self.position.advanced(1);
                    // A key is destroyed only when all that it sealed lies before the saved position.
                    let Recalled::Command(command) = command else { continue };
                    if let Command::PlanChanged { revision } = command {
                        self.plan = shared.plans.revision(shared.substrate.as_ref(), revision)?;
                    }
                    self.replaying = Some(env.now);
                    self.apply(command, &env, sealed.as_ref(), &[])?;
                    // All members are published at the end. What is to be sent is in the outbox, and goes out from there.
                    self.moves.clear();
                    self.block.after.clear();
                }
            }
        }
    }

    /// The env of the next command.
    fn env(&self) -> Env {
        let partition_seed = chance::draw(self.shared.seed, u64::from(self.partition().0));
        Env {
            now: self.shared.clock.now().max(self.state.core.now),
            seed: chance::draw(partition_seed, self.position.0),
        }
    }

    /// Logs a command and applies it. What waits for it, waits for the block and for all hops that it causes.
    fn run(&mut self, command: Command, env: &Env, waiting: &[Waiting]) -> Result<Reply, StoreError> {
        if self.block.commands.len() >= limits::BLOCK_BYTES {
            self.hand_over_block();
        }
        self.load_for(|desk| wants(&desk.plan, &desk.state, &command, env.now))?;
        let sealed = match &command {
            Command::Event(arrival) => {
                let sealed = self.seal(arrival.side, &arrival.event)?;
                self.block.commands.event(env, arrival, &sealed);
                Some(sealed)
            }
            other => {
                let shared = &self.shared;
                self.block.commands.command(env, other, &|side| shared.key(side))?;
                None
            }
        };
        self.position = self.position.advanced(1);
        self.apply(command, env, sealed.as_ref(), waiting)
    }

    fn apply(
        &mut self,
        command: Command,
        env: &Env,
        sealed: Option<&SealedEvent>,
        waiting: &[Waiting],
    ) -> Result<Reply, StoreError> {
        self.load_for(|desk| wants(&desk.plan, &desk.state, &command, env.now))?;
        let plan = self.plan.clone();
        let is_upkeep = matches!(command, Command::Due | Command::Fill { .. } | Command::Decided(_));
        let mut outcome = apply(&plan, &mut self.state, command, env);
        if !is_upkeep || !outcome.history.is_empty() {
            self.dirty.note_lived(&outcome.people);
        }
        let reply = std::mem::take(&mut outcome.reply);
        let mut local: std::collections::VecDeque<Hop> = std::mem::take(&mut outcome.local).into();
        self.absorb(outcome, sealed, waiting)?;
        while let Some(hop) = local.pop_front() {
            self.load_for(|desk| hop_wants(&desk.plan, &desk.state, &hop))?;
            let mut outcome = apply_hop(&plan, &mut self.state, hop, env);
            self.dirty.note_lived(&outcome.people);
            local.extend(std::mem::take(&mut outcome.local));
            self.absorb(outcome, None, waiting)?;
        }
        Ok(reply)
    }

    /// Loads until nothing is wanted any more.
    fn load_for(&mut self, wanted: impl Fn(&Self) -> Vec<Want>) -> Result<(), StoreError> {
        loop {
            let wanted = wanted(self);
            if wanted.is_empty() {
                return Ok(());
            }
            for want in wanted {
                load::want(&self.shared, &self.plan, &mut self.state, want, self.replaying)?;
                if let Want::Timers(until) = want {
                    self.set_unsaved_timers(until);
                }
            }
        }
    }

    /// The stored timers are those of the last save: moves since then are made again, in order.
    fn set_unsaved_timers(&mut self, until: Timestamp) {
        let moves = self.saving.values().chain([&self.dirty]).flat_map(|dirty| dirty.timers.values());
        for timer in moves {
            if let Some(old) = timer.old {
                self.state.timers.remove(&(old, timer.profile));
            }
            if let Some(new) = timer.new.filter(|new| *new < until) {
                self.state.timers.insert((new, timer.profile));
            }
        }
    }

    /// Notes what changed, for saving; sends what must be sent, once the block is durable.
    fn absorb(
        &mut self,
        outcome: Outcome,
        sealed: Option<&SealedEvent>,
        waiting: &[Waiting],
    ) -> Result<(), StoreError> {
        for (id, segment, member) in &outcome.memberships {
            let (members, ordinal) = (self.members.entry(*segment).or_default(), id.ordinal());
            if *member {
                members.insert(ordinal);
                self.moves.push(Move::Enters(*segment, ordinal));
            } else {
                members.remove(ordinal);
                self.moves.push(Move::Leaves(*segment, ordinal));
            }
            self.dirty.members.insert(*segment);
        }
        for change in outcome.history {
            self.change_history(change, sealed, waiting)?;
        }
        for effect in outcome.effects {
            self.dirty.effects.insert((effect.to, effect.number));
            self.send_after_block(&effect, waiting.to_vec());
            self.outbox.insert((effect.to, effect.number), effect);
        }
        self.dirty.people.extend(outcome.people);
        self.dirty.ledgers.extend(outcome.ledgers);
        self.dirty.identifiers.extend(outcome.identifiers);
        outcome.timers.into_iter().for_each(|timer| self.dirty.move_timer(timer));
        self.dirty.rejected.extend(outcome.rejected);
        self.dirty.resolved.extend(outcome.resolved);
        self.dirty.accesses.extend(outcome.accesses);
        self.dirty.history.extend(outcome.decided.into_iter().map(HistoryWrite::Decide));
        self.dirty.touched = true;
        Ok(())
    }

    fn change_history(
        &mut self,
        change: HistoryChange,
        sealed: Option<&SealedEvent>,
        waiting: &[Waiting],
    ) -> Result<(), StoreError> {
        let write = match change {
            HistoryChange::Add { side, mark, event } => {
                let SealedEvent(sealed) = match sealed {
                    Some(sealed) => sealed.clone(),
                    None => self.seal(side, &event)?,
                };
                let (at, tie) = (event.timestamp, mark.tie());
                let row = Row { job: (self.partition(), self.job), at, tie, sealed: sealed.clone() };
                self.shared.unsaved.add(side, row);
                HistoryWrite::Add { side, at, tie, sealed }
            }
            HistoryChange::Expire { side, before } => {
                self.shared.unsaved.drop_before(side, before);
                HistoryWrite::Expire { side, before }
            }
            HistoryChange::Undecide { side, since, until } => HistoryWrite::Undecide { side, since, until },
            HistoryChange::Erase { side, keys } => {
                self.shared.unsaved.drop_before(side, Timestamp::MAX);
                self.erased.push(side);
                self.erasure_waiters.extend(waiting.iter().cloned());
                HistoryWrite::Erase { side, keys }
            }
        };
        self.dirty.history.push(write);
        Ok(())
    }

    fn seal(&self, side: ProfileId, event: &Event) -> Result<SealedEvent, StoreError> {
        // The side was begun by this very command, or its slot is resident: erasure would have taken it away.
        let key = self.shared.key(side)?.ok_or_else(|| load::damaged("keys"))?;
        Ok(seal_event(&key, side, event))
    }

    /// A message that goes out once the block is durable.
    fn after_block(&mut self, to: Partition, message: Message) {
        let owner = self.shared.owner(to).clone();
        self.block.after.push(After::Send(owner, Box::new(message)));
    }

    /// Answers once the block, and every block before it, is durable.
    fn answer_after_block(&mut self, waiting: Waiting) {
        self.block.after.push(After::Answer(waiting));
    }

    /// Something failed in the middle: everybody who waits for the open block is told.
    pub(crate) fn give_up(&mut self, why: Failure) {
        self.broken = true;
        let block = std::mem::take(&mut self.block);
        block.after.into_iter().for_each(|after| after.fail(why));
        self.fill_waiters.drain(..).for_each(|ticket| ticket.fail(why));
        self.erasure_waiters.drain(..).for_each(|waiter| waiter.fail(why));
    }

    /// Whether anybody or anything waits for the open block to be durable.
    pub(crate) fn is_waited_for(&self) -> bool {
        let waits = !(self.block.after.is_empty() && self.erased.is_empty() && self.erasure_waiters.is_empty());
        waits || self.dirty.urgent || !self.moves.is_empty() || self.is_filling()
    }

    /// Adds to the open block what waited for its end, and hands it to the log writer.
    pub(crate) fn close_block(&mut self) -> Result<(), StoreError> {
        self.log_counts()?;
        self.finish_erasures();
        self.save_if_due();
        self.hand_over_block();
        Ok(())
    }

    /// What readers may count once the open block is durable. While profiles are brought up to a plan, nothing.
    fn publication(&mut self) -> Publication {
        let timers = self.state.timers.first().map_or(self.state.timers_until, |(due, _)| *due);
        Publication {
            generation: self.generation,
            moves: std::mem::take(&mut self.moves),
            profiles: self.state.core.profiles,
            valid_until: if self.is_filling() { Timestamp::MIN } else { timers },
        }
    }

    fn hand_over_block(&mut self) {
        let publication = self.publication();
        let nothing_new = publication.moves.is_empty() && publication.valid_until == self.published_until;
        if self.block.commands.is_empty() && self.block.after.is_empty() && nothing_new {
            return;
        }
        self.published_until = publication.valid_until;
        let OpenBlock { commands, after } = std::mem::take(&mut self.block);
        let (count, bytes) = (commands.count(), commands.into_bytes());
        let first = Position(self.position.0 - u64::from(count));
        let block = (count > 0).then_some(Block { lease: self.lease, first, count, bytes });
        let parcel = Parcel { partition: self.partition(), block, publication, after };
        if let Err(lost) = self.shared.journal.send(parcel) {
            lost.0.after.into_iter().for_each(|after| after.fail(Failure::Stopping));
        }
    }
}

/// For pacing saves only; nothing that is kept depends on it.
#[expect(clippy::disallowed_methods, reason = "paces saves and surveys; never reaches the engine")]
pub(crate) fn now() -> Instant {
    Instant::now()
}

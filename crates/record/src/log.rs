//! Blocks of the log: commands in order, each with its [`Env`].
//!
//! ```text
//! block     version 1 | entries, one after the other to the block's end
//! entry     now: ms since the entry before it | seed 8 | kind 1 | contents
//! event     keys | anchor | mark 16 | person 16 | side 16 | sealed event        (kind 0)
//! redacted  person 16 | side 16                                                 (kind 8)
//! refused   see [`crate::rejected`]                                             (kind 9)
//! decided   person 16 | side 16 | sealed record, see [`crate::decided`]         (kind 12)
//! ```
//!
//! Of an event only ids and hashes are plain; see [`crate::history`]. Of a refused event of a known person, its text is
//! sealed. Images of persons in hops are sealed part by part. Everything else holds no personal data and is plain.

use engine::command::{Arrival, Command};
use model::{
    id::{Id, ProfileId, Rejected},
    time::{Env, Timestamp},
};
use store::error::StoreError;

use crate::{
    codec::{Layout, Reader, Writer},
    decided::{decided_page, open_decided},
    error::{Malformed, RecordError},
    history::{SealedEvent, open_event_sharing, seal_event},
    hop::{read_hop, write_hop},
    rejected::{RecalledRejection, read_rejection, write_rejection},
    seal::Keys,
};

/// The version of a block.
pub const BLOCK_VERSION: u8 = 1;

/// A command as the log still has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Logged {
    /// The world in which it was applied.
    pub env: Env,
    /// The command.
    pub command: Recalled,
    /// Of an event, its bytes as they stand in the block: those that history keeps.
    pub sealed: Option<SealedEvent>,
}

/// What the log recalls of a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recalled {
    /// All of it. In the images that a hop carries, the sides of erased persons are empty: they have their id and
    /// their age, so that merges, unmerges and the order of hops replay as they were.
    Command(Command),
    /// One event whose person was erased. The profile began with it if both ids are equal and the profile's number is
    /// the partition's next one.
    RedactedEvent {
        /// The profile that it belonged to.
        person: ProfileId,
        /// The side of that profile, whose key is gone.
        side: ProfileId,
    },
    /// Decisions about a person who was erased.
    RedactedDecisions,
    /// A refused event whose person was erased.
    RedactedRejection {
        /// The refused event.
        rejected: Id<Rejected>,
    },
}

/// Writes one block.
#[derive(Debug)]
pub struct BlockWriter {
    writer: Writer,
    last: Timestamp,
    count: u32,
}

impl Default for BlockWriter {
    fn default() -> Self {
        Self::new()
    }
}

impl BlockWriter {
    /// A block without commands.
    pub fn new() -> Self {
        let mut writer = Writer::default();
        writer.byte(BLOCK_VERSION);
        Self { writer, last: Timestamp::EPOCH, count: 0 }
    }

    /// Appends an event that is sealed already. It must be the arrival's own, sealed for the arrival's side.
    pub fn event(&mut self, env: &Env, arrival: &Arrival, sealed: &SealedEvent) {
        let to = self.begin(env, kind::EVENT);
        let Arrival { event: _, keys, anchor, mark, person, side } = arrival;
        keys.write(to);
        anchor.write(to);
        mark.write(to);
        person.write(to);
        side.write(to);
        to.bytes(&sealed.0);
    }

    /// Appends a command and seals what is personal in it. What belongs to a side without key is left out. Fails if a
    /// key cannot be looked up; the block is as it was then.
    pub fn command(&mut self, env: &Env, command: &Command, keys: Keys<'_>) -> Result<(), StoreError> {
        let (len, last, count) = (self.writer.len(), self.last, self.count);
        let written = self.write_command(env, command, keys);
        if written.is_err() {
            self.writer.truncate(len);
            (self.last, self.count) = (last, count);
        }
        written
    }

    /// How many commands the block has.
    pub fn count(&self) -> u32 {
        self.count
    }

    /// How many bytes the block has.
    pub fn len(&self) -> usize {
        self.writer.len()
    }

    /// Whether the block has no command; such a block is not to be appended.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The block's bytes.
    pub fn into_bytes(self) -> Vec<u8> {
        self.writer.into_bytes()
    }

    fn write_command(&mut self, env: &Env, command: &Command, keys: Keys<'_>) -> Result<(), StoreError> {
        if let Command::Event(arrival) = command {
            match keys(arrival.side)? {
                Some(key) => self.event(env, arrival, &seal_event(&key, arrival.side, &arrival.event)),
                None => {
                    let to = self.begin(env, kind::REDACTED_EVENT);
                    arrival.person.write(to);
                    arrival.side.write(to);
                }
            }
            return Ok(());
        }
        let to = self.begin(env, kind::of(command));
        match command {
            Command::Event(_) | Command::Due => {}
            Command::Counted(counted) => counted.write(to),
            Command::Hop { from, number, hop } => {
                from.write(to);
                number.write(to);
                write_hop(hop, keys, to)?;
            }
            Command::PlanChanged { revision } => revision.write(to),
            Command::Fill { from, to: end } => {
                from.write(to);
                end.write(to);
            }
            Command::Unmerge { profile, merge } => {
                profile.write(to);
                merge.write(to);
            }
            Command::Erase { profile } => profile.write(to),
            Command::Reject(rejection) => write_rejection(rejection, keys, to)?,
            Command::Resolve { rejected } => rejected.write(to),
            Command::Access(access) => access.write(to),
            Command::Decided(page) => {
                page.person.write(to);
                page.side.write(to);
                to.bytes(&page.sealed);
            }
        }
        Ok(())
    }

    fn begin(&mut self, env: &Env, kind: u8) -> &mut Writer {
        let Env { now, seed } = env;
        self.writer.zigzag(now.since(self.last).as_millis());
        self.writer.fixed_u64(*seed);
        self.writer.byte(kind);
        self.last = *now;
        self.count += 1;
        &mut self.writer
    }
}

/// Reads the commands of a block, in order, one at a time. A key that is there must open what it should. Nothing
/// follows an error.
pub fn decode_commands<'a>(bytes: &'a [u8], keys: Keys<'a>) -> Result<Commands<'a>, RecordError> {
    let mut from = Reader::new(bytes);
    from.version("block", BLOCK_VERSION)?;
    Ok(Commands { from, keys, last: Timestamp::EPOCH, failed: false })
}

/// The commands of a block; see [`decode_commands`].
pub struct Commands<'a> {
    from: Reader<'a>,
    keys: Keys<'a>,
    last: Timestamp,
    failed: bool,
}

impl Iterator for Commands<'_> {
    type Item = Result<Logged, RecordError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.failed || self.from.is_at_end() {
            return None;
        }
        let logged = self.read();
        self.failed = logged.is_err();
        Some(logged)
    }
}

impl Commands<'_> {
    fn read(&mut self) -> Result<Logged, RecordError> {
        let from = &mut self.from;
        let ms = self.last.as_millis().checked_add(from.zigzag()?);
        let now = ms.and_then(Timestamp::from_millis).ok_or(Malformed::Impossible { what: "moment" })?;
        self.last = now;
        let env = Env { now, seed: from.fixed_u64()? };
        let kind = from.byte()?;
        if kind == kind::EVENT {
            let (command, sealed) = read_event(from, self.keys)?;
            return Ok(Logged { env, command, sealed });
        }
        Ok(Logged { env, command: read_command(kind, from, self.keys)?, sealed: None })
    }
}

/// What the first byte of an entry's contents says. A number is never used again.
mod kind {
    use engine::command::Command;

    pub(super) const EVENT: u8 = 0;
    pub(super) const COUNTED: u8 = 1;
    pub(super) const HOP: u8 = 2;
    pub(super) const DUE: u8 = 3;
    pub(super) const PLAN_CHANGED: u8 = 4;
    pub(super) const FILL: u8 = 5;
    pub(super) const UNMERGE: u8 = 6;
    pub(super) const ERASE: u8 = 7;
    pub(super) const REDACTED_EVENT: u8 = 8;
    pub(super) const REJECT: u8 = 9;
    pub(super) const RESOLVE: u8 = 10;
    pub(super) const ACCESS: u8 = 11;
    pub(super) const DECIDED: u8 = 12;

    pub(super) const fn of(command: &Command) -> u8 {
        match command {
            Command::Event(_) => EVENT,
            Command::Counted(_) => COUNTED,
            Command::Hop { .. } => HOP,
            Command::Due => DUE,
            Command::PlanChanged { .. } => PLAN_CHANGED,
            Command::Fill { .. } => FILL,
            Command::Unmerge { .. } => UNMERGE,
            Command::Erase { .. } => ERASE,
            Command::Reject(_) => REJECT,
            Command::Resolve { .. } => RESOLVE,
            Command::Access(_) => ACCESS,
            Command::Decided(_) => DECIDED,
        }
    }
}

fn read_command(kind: u8, from: &mut Reader<'_>, keys: Keys<'_>) -> Result<Recalled, RecordError> {
    Ok(Recalled::Command(match kind {
        kind::COUNTED => Command::Counted(Layout::read(from)?),
        kind::HOP => Command::Hop {
            from: Layout::read(from)?,
            number: Layout::read(from)?,
            hop: Box::new(read_hop(from, keys)?),
        },
        kind::DUE => Command::Due,
        kind::PLAN_CHANGED => Command::PlanChanged { revision: Layout::read(from)? },
        kind::FILL => Command::Fill { from: Layout::read(from)?, to: Layout::read(from)? },
        kind::UNMERGE => Command::Unmerge { profile: Layout::read(from)?, merge: Layout::read(from)? },
        kind::ERASE => Command::Erase { profile: Layout::read(from)? },
        kind::REDACTED_EVENT => {
            return Ok(Recalled::RedactedEvent { person: Layout::read(from)?, side: Layout::read(from)? });
        }
        kind::REJECT => match read_rejection(from, keys)? {
            RecalledRejection::Whole(rejection) => Command::Reject(Box::new(rejection)),
            RecalledRejection::Redacted(rejected) => return Ok(Recalled::RedactedRejection { rejected }),
        },
        kind::RESOLVE => Command::Resolve { rejected: Layout::read(from)? },
        kind::ACCESS => Command::Access(Layout::read(from)?),
        kind::DECIDED => {
            let (person, side) = (ProfileId::read(from)?, ProfileId::read(from)?);
            let sealed = from.bytes()?;
            let Some(key) = keys(side)? else { return Ok(Recalled::RedactedDecisions) };
            let decided = open_decided(&key, side, sealed)?;
            Command::Decided(decided_page(person, side, &decided, sealed.into()).into())
        }
        _ => return Err(Malformed::Impossible { what: "command" }.into()),
    }))
}

fn read_event(from: &mut Reader<'_>, keys: Keys<'_>) -> Result<(Recalled, Option<SealedEvent>), RecordError> {
    let (identifier_keys, anchor, mark) = (Vec::read(from)?, usize::read(from)?, Layout::read(from)?);
    let (person, side) = (ProfileId::read(from)?, ProfileId::read(from)?);
    let sealed = from.bytes()?;
    let Some(key) = keys(side)? else { return Ok((Recalled::RedactedEvent { person, side }, None)) };
    let event = open_event_sharing(&key, side, sealed, from.texts())?;
    if anchor >= identifier_keys.len() || identifier_keys.len() != event.identifiers.len() {
        return Err(Malformed::Impossible { what: "anchor" }.into());
    }
    let arrival = Arrival { event, keys: identifier_keys, anchor, mark, person, side };
    Ok((Recalled::Command(Command::Event(Box::new(arrival))), Some(SealedEvent(sealed.into()))))
}

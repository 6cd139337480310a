//! The image of a person: as it is saved, and as it travels in a merge or comes back from one.
//!
//! ```text
//! person   version 2 | id 16 | unit 16 | merges | due | memberships, sealed under the key of `id`
//!          ended     | of each merge in turn: the memberships that it ended, the loser's sealed under the key of
//!                      `loser`, the survivor's under that of `survivor`
//!          sides     | each: origin 16 | created_at | moves | facts and trails, sealed under the key of `origin`
//! image    person    | of each side in turn: its ledger, sealed under the key of its origin
//! ledger   version 2 | sealed under the key of its side
//! ```
//!
//! A ledger changes with every decision and little else does, so it is saved by itself. Whoever travels has it along.
//!
//! A sealed part whose key is gone is left empty when it is written, and comes back empty when it is read: an erased
//! side keeps its place, its id and its age, and nothing else. So a merge, an unmerge and an erasure replay over it as
//! they did when it was whole.

use std::{collections::BTreeMap, sync::Arc};

use engine::person::{Ended, Person, PersonSide};
use ledger::Ledger;
use model::{id::ProfileId, time::Timestamp};
use profile::{merge::MergeRecord, side::Side};
use segment::{membership::Memberships, trails::Trails};
use store::error::StoreError;

use crate::{
    codec::{Layout, Reader, Writer, from_bytes},
    error::{Malformed, RecordError},
    seal::{Keys, Part, Place},
};

/// The version of a person's image.
const PERSON_VERSION: u8 = 2;
/// The version of a ledger.
const LEDGER_VERSION: u8 = 2;

/// The row of a side's ledger; `None` if there is nothing to keep, or no key to seal it under.
pub fn encode_ledger(side: ProfileId, ledger: &Ledger, keys: Keys<'_>) -> Result<Option<Vec<u8>>, StoreError> {
    if ledger.is_empty() || keys(side)?.is_none() {
        return Ok(None);
    }
    let mut to = Writer::after(Vec::new());
    write_ledger(side, ledger, keys, &mut to)?;
    Ok(Some(to.into_bytes()))
}

/// The ledger that a row stands for; an empty one if the key of its side is gone.
pub fn decode_ledger(side: ProfileId, bytes: &[u8], keys: Keys<'_>) -> Result<Ledger, RecordError> {
    let mut from = Reader::new(bytes);
    let ledger = read_ledger(side, &mut from, keys)?;
    from.end()?;
    Ok(ledger)
}

/// Writes a person who goes to another partition.
pub(crate) fn write_image(image: &Person, keys: Keys<'_>, to: &mut Writer) -> Result<(), StoreError> {
    write_person(image, keys, to)?;
    image.sides.iter().try_for_each(|side| write_ledger(side.facts.origin, &side.ledger, keys, to))
}

/// Reads a person who came from another partition.
pub(crate) fn read_image(from: &mut Reader<'_>, keys: Keys<'_>) -> Result<Person, RecordError> {
    let mut person = read_person(from, keys)?;
    for side in &mut person.sides {
        side.ledger = Arc::new(read_ledger(side.facts.origin, from, keys)?);
    }
    Ok(person)
}

fn write_ledger(side: ProfileId, ledger: &Ledger, keys: Keys<'_>, to: &mut Writer) -> Result<(), StoreError> {
    to.byte(LEDGER_VERSION);
    Place { part: Part::Ledger, version: LEDGER_VERSION, side }.write(keys, to, |to| ledger.write(to))
}

fn read_ledger(side: ProfileId, from: &mut Reader<'_>, keys: Keys<'_>) -> Result<Ledger, RecordError> {
    from.version("ledger", LEDGER_VERSION)?;
    match (Place { part: Part::Ledger, version: LEDGER_VERSION, side }).read(keys, from)? {
        Some(bytes) => Ok(from_bytes(&bytes)?),
        None => Ok(Ledger::default()),
    }
}

pub(crate) fn write_person(person: &Person, keys: Keys<'_>, to: &mut Writer) -> Result<(), StoreError> {
    let Person { id, unit, sides, merges, ended, memberships, due } = person;
    to.byte(PERSON_VERSION);
    id.write(to);
    unit.write(to);
    merges.write(to);
    due.write(to);
    let place = Place { part: Part::Memberships, version: PERSON_VERSION, side: *id };
    place.write(keys, to, |to| memberships.write(to))?;
    for record in merges {
        let Ended { loser, survivor } = ended.get(&record.id).cloned().unwrap_or_default();
        for (side, memberships) in [(record.loser, loser), (record.survivor, survivor)] {
            let place = Place { part: Part::Ended, version: PERSON_VERSION, side };
            place.write(keys, to, |to| memberships.write(to))?;
        }
    }
    to.varint(sides.len() as u64);
    let mut room = TRAILS_BYTES;
    for side in sides {
        side.facts.origin.write(to);
        side.facts.created_at.write(to);
        side.facts.moves.write(to);
        let place = Place { part: Part::Side, version: PERSON_VERSION, side: side.facts.origin };
        place.write(keys, to, |to| write_side(side, to, &mut room))?;
    }
    Ok(())
}

pub(crate) fn read_person(from: &mut Reader<'_>, keys: Keys<'_>) -> Result<Person, RecordError> {
    from.version("profile", PERSON_VERSION)?;
    let version = PERSON_VERSION;
    let id = ProfileId::read(from)?;
    let (unit, merges, due) = (Layout::read(from)?, Vec::<MergeRecord>::read(from)?, Layout::read(from)?);
    let memberships = read_memberships(from, keys, Place { part: Part::Memberships, version, side: id })?;
    let mut ended = BTreeMap::new();
    for record in &merges {
        let mut of = |side| read_memberships(from, keys, Place { part: Part::Ended, version, side });
        ended.insert(record.id, Ended { loser: of(record.loser)?, survivor: of(record.survivor)? });
    }
    let sides = from.list_of(|from| {
        let origin = ProfileId::read(from)?;
        let (created_at, moves) = (Timestamp::read(from)?, u32::read(from)?);
        let known = Side { moves, ..Side::new(origin, created_at) };
        match (Place { part: Part::Side, version, side: origin }).read(keys, from)? {
            Some(bytes) => Ok::<_, RecordError>(read_side(known, &bytes)?),
            None => Ok(PersonSide::empty(known, Trails::empty(0))),
        }
    })?;
    Ok(Person { id, unit, sides, merges, ended, memberships, due })
}

fn read_memberships(from: &mut Reader<'_>, keys: Keys<'_>, place: Place) -> Result<Arc<Memberships>, RecordError> {
    match place.read(keys, from)? {
        Some(bytes) => Ok(from_bytes(&bytes)?),
        None => Ok(Arc::default()),
    }
}

/// Bytes of the trails in one image. Those that have no room are left out, and whoever reads it rebuilds them from
/// history: an image must fit into a block of the log, whatever a person sent.
const TRAILS_BYTES: usize = 1024 * 1024;

fn write_side(side: &PersonSide, to: &mut Writer, room: &mut usize) {
    let PersonSide { facts, trails, ledger: _ } = side;
    let Side { origin: _, created_at: _, moves: _, identifiers, traits, consents, days, links, apart } = facts;
    identifiers.write(to);
    traits.write(to);
    consents.write(to);
    days.write(to);
    links.write(to);
    apart.write(to);
    let before = to.len();
    trails.write(to);
    let written = to.len() - before;
    if written > *room {
        to.truncate(before);
        Trails::empty(0).write(to);
    } else {
        *room -= written;
    }
}

fn read_side(mut known: Side, bytes: &[u8]) -> Result<PersonSide, Malformed> {
    let mut from = Reader::new(bytes);
    known.identifiers = Layout::read(&mut from)?;
    known.traits = Layout::read(&mut from)?;
    known.consents = Layout::read(&mut from)?;
    known.days = Layout::read(&mut from)?;
    known.links = Layout::read(&mut from)?;
    known.apart = Layout::read(&mut from)?;
    let trails = Layout::read(&mut from)?;
    from.end()?;
    Ok(PersonSide::empty(known, trails))
}

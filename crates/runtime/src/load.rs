//! Reading what is stored: parts of the state that a command wants, and history.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use engine::{
    outcome::Effect,
    person::Person,
    plan::Plan,
    state::{Core, Slot, State},
    wants::Want,
};
use model::{event::Event, id::ProfileId, partition::Partition, time::Timestamp};
use record::{
    error::{Malformed, RecordError},
    history::open_event,
    state, tables,
};
use roaring::RoaringBitmap;
use segment::{set::SegmentNumber, trails::Trails};
use store::{
    error::StoreError,
    substrate::{KeyRange, Pair, Substrate, Table},
};

use crate::{desk::shared::Shared, plans::PlanError, unsaved::Row};

/// How many rows are read at once.
pub(crate) const CHUNK: usize = 10_000;

/// Why a partition could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The store could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A stored record is not what was written.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// The same, of a record that is not sealed.
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// A plan could not be had.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// A thread could not be started.
    #[error("a thread could not be started: {0}")]
    Thread(std::io::Error),
}

/// One event of a person's history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredEvent {
    /// The side that it belongs to.
    pub side: ProfileId,
    /// With its timestamp: its place in history.
    pub tie: u64,
    /// The event.
    pub event: Event,
}

pub(crate) fn core(shared: &Shared, partition: Partition) -> Result<Core, LoadError> {
    let row = shared.substrate.get(tables::CORE, &tables::core_key(partition))?;
    Ok(row.map(|bytes| state::decode_core(&bytes)).transpose()?.unwrap_or_default())
}

pub(crate) fn outbox(shared: &Shared, partition: Partition) -> Result<BTreeMap<(Partition, u64), Effect>, LoadError> {
    let mut effects = BTreeMap::new();
    for (_, value) in all(shared, tables::OUTBOX, tables::outbox_range(partition, CHUNK))? {
        let effect = state::decode_effect(&value, &|side| shared.key(side))?;
        effects.insert((effect.to, effect.number), effect);
    }
    Ok(effects)
}

pub(crate) fn members(
    shared: &Shared,
    partition: Partition,
) -> Result<BTreeMap<SegmentNumber, RoaringBitmap>, LoadError> {
    let mut members = BTreeMap::new();
    for (key, value) in all(shared, tables::MEMBERS, tables::members_range(partition, CHUNK))? {
        let (_, segment) = tables::members_place(&key)?;
        let bitmap = RoaringBitmap::deserialize_from(value.as_slice()).map_err(|_| damaged("members"))?;
        members.insert(segment, bitmap);
    }
    Ok(members)
}

/// Loads one part of the state.
///
/// While a partition applies its log again, `replaying` is the moment of the command that wants it.
pub(crate) fn want(
    shared: &Shared,
    plan: &Plan,
    state: &mut State,
    want: Want,
    replaying: Option<Timestamp>,
) -> Result<(), StoreError> {
    match want {
        Want::Profile(id) => {
            let row = shared.substrate.get(tables::PROFILES, &tables::profile_key(id))?;
            let slot = row.map_or(Ok(Slot::Unknown), |bytes| slot(shared, &bytes))?;
            state.people.insert(id, slot);
        }
        Want::Profiles(from, to) => {
            let range = tables::profile_range(state.partition, from..to, (to - from) as usize);
            for (key, value) in shared.substrate.range(tables::PROFILES, range)? {
                let id = tables::profile_of(&key).map_err(|_| damaged("profiles"))?;
                if let std::collections::btree_map::Entry::Vacant(entry) = state.people.entry(id) {
                    entry.insert(slot(shared, &value)?);
                }
            }
        }
        Want::Identifier(key) => {
            let row = shared.substrate.get(tables::DIRECTORY, &tables::directory_key(state.partition, key))?;
            let holding =
                row.map(|bytes| state::decode_holding(&bytes)).transpose().map_err(|_| damaged("directory"))?;
            state.directory.insert(key, holding);
        }
        Want::Trails(id) | Want::Chronicles(id) => {
            let replaying = replaying.map(|moment| (state.partition, moment));
            if let Some(Slot::Here(person)) = state.people.get_mut(&id) {
                let person = Arc::make_mut(person);
                refill(shared, plan, person, replaying)?;
                if matches!(want, Want::Trails(_)) {
                    person.sides.iter_mut().for_each(|side| drop(Arc::make_mut(&mut side.trails).take_chronicle()));
                }
            }
        }
        Want::Timers(until) => {
            let due = state.timers_until..until;
            let range = tables::timer_range(state.partition, due, CHUNK);
            for (key, _) in all(shared, tables::TIMERS, range)? {
                let (_, at, id) = tables::timer_place(&key).map_err(|_| damaged("timers"))?;
                state.timers.insert((at, id));
            }
            state.timers_until = until;
        }
    }
    Ok(())
}

/// The slot of a row, with the ledgers of its sides.
pub(crate) fn slot(shared: &Shared, bytes: &[u8]) -> Result<Slot, StoreError> {
    let keys = |side| shared.key(side);
    let mut slot = state::decode_slot(bytes, &keys).map_err(unwrap_store("profiles"))?;
    if let Slot::Here(person) = &mut slot {
        for side in &mut Arc::make_mut(person).sides {
            let origin = side.facts.origin;
            if let Some(row) = shared.substrate.get(tables::LEDGERS, &tables::ledger_key(origin))? {
                let ledger = state::decode_ledger(origin, &row, &keys).map_err(unwrap_store("ledgers"))?;
                side.ledger = Arc::new(ledger);
            }
        }
    }
    Ok(slot)
}

/// Rebuilds the trails of all sides from their whole history.
fn refill(
    shared: &Shared,
    plan: &Plan,
    person: &mut Person,
    replaying: Option<(Partition, Timestamp)>,
) -> Result<(), StoreError> {
    for side in &mut person.sides {
        let origin = side.facts.origin;
        let elsewhere = replaying.map_or(Ok(Vec::new()), |when| shared.tails.rows(shared, when, origin))?;
        let events = history_with(shared, origin, elsewhere)?;
        let events = events.iter().map(|(event, tie)| (event, *tie));
        side.trails = Arc::new(Trails::rebuilt(&plan.segments, events));
    }
    Ok(())
}

/// Whether a side has an event already.
pub(crate) fn has_event(shared: &Shared, side: ProfileId, tie: u64) -> Result<bool, StoreError> {
    if shared.unsaved.contains(side, tie) {
        return Ok(true);
    }
    Ok(shared.substrate.get(tables::SEEN, &tables::seen_key(side, tie))?.is_some())
}

/// All events of a side, with their ties, in order of time; saved or not.
pub(crate) fn history(shared: &Shared, side: ProfileId) -> Result<Vec<(Event, u64)>, StoreError> {
    history_with(shared, side, Vec::new())
}

/// Shows every stored event of a side, in order of time. What was not saved yet is missing.
pub(crate) fn each_event(shared: &Shared, side: ProfileId, mut each: impl FnMut(&Event)) -> Result<(), StoreError> {
    let Some(key) = shared.key(side)? else { return Ok(()) };
    each_pair(shared.substrate.as_ref(), tables::HISTORY, tables::history_range(side, CHUNK), |(_, sealed)| {
        each(&open(&key, side, &sealed)?);
        Ok(())
    })
}

/// The same with rows that neither the tables nor [`crate::unsaved::Unsaved`] need to have.
fn history_with(shared: &Shared, side: ProfileId, more: Vec<Row>) -> Result<Vec<(Event, u64)>, StoreError> {
    let Some(key) = shared.key(side)? else { return Ok(Vec::new()) };
    // What waits is read first: it may become stored in between, and is then met twice, never missed.
    let waiting = shared.unsaved.rows(side).into_iter().chain(more);
    let mut rows: Vec<Placed> = waiting.map(|row| (row.at, row.tie, row.sealed)).collect();
    for (key, value) in all(shared, tables::HISTORY, tables::history_range(side, CHUNK))? {
        let (_, at, tie) = tables::history_place(&key).map_err(|_| damaged("history"))?;
        rows.push((at, tie, Arc::from(value)));
    }
    rows.sort_by_key(|(at, tie, _)| (*at, *tie));
    rows.dedup_by_key(|(at, tie, _)| (*at, *tie));
    rows.into_iter().map(|(_, tie, sealed)| Ok((open(&key, side, &sealed)?, tie))).collect()
}

/// A page of a person's history, newest first.
pub(crate) fn history_page(
    shared: &Shared,
    person: &Person,
    before: Option<(Timestamp, u64)>,
    most: usize,
) -> Result<Vec<StoredEvent>, StoreError> {
    let mut page = Vec::new();
    for (side, days) in person.sides.iter().map(|side| (side.facts.origin, &side.facts.days)) {
        // What has expired may still stand in the tables until the next save.
        let Some(oldest) = days.first().map(i64::from) else { continue };
        let Some(key) = shared.key(side)? else { continue };
        let end = before.map(|(at, tie)| tables::history_key(side, at, tie));
        let mut range = tables::history_range(side, most).descending();
        if let Some(end) = &end {
            range.to = Some(end.to_vec().into());
        }
        let earlier = |row: &Row| before.is_none_or(|before| (row.at, row.tie) < before);
        let waiting = shared.unsaved.rows(side).into_iter().filter(earlier).map(|row| (row.at, row.tie, row.sealed));
        let stored = shared.substrate.range(tables::HISTORY, range)?;
        let stored = stored.into_iter().filter_map(|(key, value)| {
            tables::history_place(&key).ok().map(|(_, at, tie)| (at, tie, Arc::from(value)))
        });
        let kept = stored.chain(waiting).filter(|(at, ..)| at.day() >= oldest);
        page.extend(kept.map(|(at, tie, sealed)| (at, tie, side, key, sealed)));
    }
    page.sort_by_key(|(at, tie, side, ..)| std::cmp::Reverse((*at, *tie, *side)));
    page.dedup_by_key(|(at, tie, side, ..)| (*at, *tie, *side));
    page.truncate(most);
    let read = |(_, tie, side, key, sealed): (_, _, _, _, Arc<[u8]>)| {
        Ok(StoredEvent { side, tie, event: open(&key, side, &sealed)? })
    };
    page.into_iter().map(read).collect()
}

/// A sealed event with its place in history.
type Placed = (Timestamp, u64, Arc<[u8]>);

fn open(key: &[u8; 32], side: ProfileId, sealed: &[u8]) -> Result<Event, StoreError> {
    open_event(key, side, sealed).map_err(|_| damaged("history"))
}

/// Sides on the erasure list whose keys are still there.
pub(crate) fn unfinished_erasures(shared: &Shared) -> Result<BTreeSet<ProfileId>, LoadError> {
    let mut sides = BTreeSet::new();
    for (side, _) in erasures(shared.substrate.as_ref())? {
        if shared.key(side)?.is_some() {
            sides.insert(side);
        }
    }
    Ok(sides)
}

/// The erasure list: every side that was ever erased, and when.
pub(crate) fn erasures(substrate: &dyn Substrate) -> Result<Vec<(ProfileId, Timestamp)>, LoadError> {
    let rows = all_of(substrate, tables::ERASURES, KeyRange::prefix(&[], CHUNK))?;
    rows.iter().map(|(key, value)| Ok((tables::profile_of(key)?, state::decode_erasure(value)?))).collect()
}

/// Ids of profiles that began in a partition, from an ordinal on, as of the last save; at most `most`.
pub(crate) fn profile_ids(
    shared: &Shared,
    partition: Partition,
    from: u32,
    most: usize,
) -> Result<Vec<ProfileId>, StoreError> {
    let range = tables::profile_range(partition, from..u32::MAX, most);
    let pairs = shared.substrate.range(tables::PROFILES, range)?;
    pairs.iter().map(|(key, _)| tables::profile_of(key).map_err(|_| damaged("profiles"))).collect()
}

pub(crate) fn all(shared: &Shared, table: Table, range: KeyRange<'static>) -> Result<Vec<Pair>, StoreError> {
    all_of(shared.substrate.as_ref(), table, range)
}

/// All pairs of a range, read a chunk at a time.
fn all_of(substrate: &dyn Substrate, table: Table, range: KeyRange<'static>) -> Result<Vec<Pair>, StoreError> {
    let mut found = Vec::new();
    each_pair(substrate, table, range, |pair| {
        found.push(pair);
        Ok(())
    })?;
    Ok(found)
}

/// Takes every pair of a range, read a chunk at a time.
fn each_pair(
    substrate: &dyn Substrate,
    table: Table,
    mut range: KeyRange<'static>,
    mut take: impl FnMut(Pair) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    loop {
        let pairs = substrate.range(table, range.clone())?;
        let next =
            pairs.last().filter(|_| pairs.len() == range.limit).map(|(last, _)| [last.as_slice(), &[0]].concat());
        pairs.into_iter().try_for_each(&mut take)?;
        let Some(next) = next else { return Ok(()) };
        range.from = next.into();
    }
}

/// A record of a table cannot be read although the store's checksums hold.
pub(crate) fn damaged(table: &str) -> StoreError {
    StoreError::Corrupt { file: format!("table {table}"), offset: 0 }
}

/// Takes the store's own error out of a record's; anything else is damage.
pub(crate) fn unwrap_store(table: &'static str) -> impl Fn(RecordError) -> StoreError {
    move |error| match error {
        RecordError::Store(error) => error,
        _ => damaged(table),
    }
}

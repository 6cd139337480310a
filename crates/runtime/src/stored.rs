//! Rows to write: each kind of record under its key.

use std::{
    ops::{RangeBounds, RangeInclusive},
    sync::Arc,
};

use engine::{
    census::Census,
    command::{Access, Rejection},
    outcome::{DecisionKept, Effect, TimerMove},
    state::{Core, Holding, Slot},
};
use ledger::Ledger;
use model::{
    id::{Id, ProfileId, Rejected},
    identifier::IdentifierKey,
    partition::Partition,
    time::Timestamp,
};
use record::{
    census::{encode_census, encode_figures},
    rejected::{RecalledRejection, decode_rejection, encode_rejection},
    seal::Keys,
    state, tables,
};
use segment::set::SegmentNumber;
use store::{
    error::StoreError,
    substrate::{KeyRange, Substrate, Table, Write},
};

use crate::limits::TREND_DAYS;

/// How many keys are read at once while removing.
const CHUNK: usize = 1_000;

pub(crate) fn core(partition: Partition, core: &Core) -> Write {
    put(tables::CORE, &tables::core_key(partition), state::encode_core(core))
}

pub(crate) fn slot(id: ProfileId, slot: &Slot, keys: Keys<'_>) -> Result<Write, StoreError> {
    Ok(put(tables::PROFILES, &tables::profile_key(id), state::encode_slot(slot, keys)?))
}

pub(crate) fn holding(home: Partition, key: IdentifierKey, holding: Option<Holding>) -> Write {
    let value = holding.as_ref().map(state::encode_holding);
    Write { table: tables::DIRECTORY, key: tables::directory_key(home, key).to_vec(), value }
}

pub(crate) fn timer(partition: Partition, timer: &TimerMove) -> Vec<Write> {
    let key = |due| tables::timer_key(partition, due, timer.profile);
    let old = timer.old.filter(|_| timer.old != timer.new).map(|due| remove(tables::TIMERS, &key(due)));
    let new = timer.new.map(|due| put(tables::TIMERS, &key(due), Vec::new()));
    old.into_iter().chain(new).collect()
}

pub(crate) fn effect(
    from: Partition,
    (to, number): (Partition, u64),
    effect: Option<&Effect>,
    keys: Keys<'_>,
) -> Result<Write, StoreError> {
    let value = effect.map(|effect| state::encode_effect(effect, keys)).transpose()?;
    Ok(Write { table: tables::OUTBOX, key: tables::outbox_key(from, to, number).to_vec(), value })
}

pub(crate) fn members(partition: Partition, segment: SegmentNumber, bitmap: Option<Vec<u8>>) -> Write {
    Write { table: tables::MEMBERS, key: tables::members_key(partition, segment).to_vec(), value: bitmap }
}

pub(crate) fn event(side: ProfileId, at: Timestamp, tie: u64, sealed: &Arc<[u8]>) -> [Write; 2] {
    [
        put(tables::HISTORY, &tables::history_key(side, at, tie), sealed.to_vec()),
        put(tables::SEEN, &tables::seen_key(side, tie), Vec::new()),
    ]
}

pub(crate) fn decided(decided: &DecisionKept) -> Write {
    let DecisionKept { side, first, sealed } = decided;
    put(tables::DECISIONS, &tables::decision_key(*side, *first), sealed.to_vec())
}

/// A side's ledger; none, once it says nothing.
pub(crate) fn ledger(side: ProfileId, ledger: &Ledger, keys: Keys<'_>) -> Result<Write, StoreError> {
    let value = state::encode_ledger(side, ledger, keys)?;
    Ok(Write { table: tables::LEDGERS, key: tables::ledger_key(side).to_vec(), value })
}

/// Removes a side's events and decisions of before a moment that are stored by now.
pub(crate) fn expired(substrate: &dyn Substrate, side: ProfileId, before: Timestamp) -> Result<Vec<Write>, StoreError> {
    let mut writes = Vec::new();
    each_key(substrate, tables::HISTORY, tables::history_before(side, before, CHUNK), |key| {
        writes.push(remove(tables::HISTORY, key));
        if let Ok((_, _, tie)) = tables::history_place(key) {
            writes.push(remove(tables::SEEN, &tables::seen_key(side, tie)));
        }
    })?;
    each_key(substrate, tables::DECISIONS, tables::decisions_before(side, before, CHUNK), |key| {
        writes.push(remove(tables::DECISIONS, key));
    })?;
    Ok(writes)
}

/// Removes the decisions about a side of a span of time that are stored by now.
pub(crate) fn undecided(
    substrate: &dyn Substrate,
    side: ProfileId,
    when: RangeInclusive<Timestamp>,
) -> Result<Vec<Write>, StoreError> {
    let mut writes = Vec::new();
    each_key(substrate, tables::DECISIONS, tables::decisions_since(side, *when.start(), CHUNK), |key| {
        if tables::decision_place(key).is_ok_and(|(_, first)| when.contains(&first.at())) {
            writes.push(remove(tables::DECISIONS, key));
        }
    })?;
    Ok(writes)
}

/// Whether a write adds an event of a side, or a decision about it, of a span of time.
pub(crate) fn is_of(write: &Write, side: ProfileId, when: impl RangeBounds<Timestamp>) -> bool {
    let place = match write.table {
        tables::HISTORY => tables::history_place(&write.key).map(|(of, at, _)| (of, at)),
        tables::DECISIONS => tables::decision_place(&write.key).map(|(of, first)| (of, first.at())),
        _ => return false,
    };
    write.value.is_some() && place.is_ok_and(|(of, at)| of == side && when.contains(&at))
}

/// Whether a write adds a decision about a side of a span of time.
pub(crate) fn is_decision_of(write: &Write, side: ProfileId, when: RangeInclusive<Timestamp>) -> bool {
    write.table == tables::DECISIONS && is_of(write, side, when)
}

/// Whether a write adds something that is kept under a side.
pub(crate) fn is_about(write: &Write, side: ProfileId) -> bool {
    let under = matches!(write.table, tables::HISTORY | tables::SEEN | tables::DECISIONS | tables::LEDGERS);
    under && write.value.is_some() && write.key.starts_with(&side.to_bytes())
}

/// Removes all that is stored under an erased side: events, accesses, decisions, refused events that carry its
/// identifiers.
pub(crate) fn erased(
    substrate: &dyn Substrate,
    side: ProfileId,
    keys: &[IdentifierKey],
) -> Result<Vec<Write>, StoreError> {
    let mut writes = vec![remove(tables::LEDGERS, &tables::ledger_key(side))];
    let all = [
        (tables::HISTORY, tables::history_range(side, CHUNK)),
        (tables::SEEN, tables::seen_range(side, CHUNK)),
        (tables::ACCESSES, tables::access_range(side, CHUNK)),
        (tables::DECISIONS, tables::decision_range(side, CHUNK)),
    ];
    for (table, range) in all {
        each_key(substrate, table, range, |key| writes.push(remove(table, key)))?;
    }
    for partition in (0..substrate.partitions()).map(Partition) {
        for key in keys {
            let range = tables::rejected_by_range(partition, *key, CHUNK);
            each_key(substrate, tables::REJECTED_BY, range, |row| {
                writes.push(remove(tables::REJECTED_BY, row));
                if let Ok((_, _, id)) = tables::rejected_by_place(row) {
                    writes.push(remove(tables::REJECTED, &tables::rejected_key(partition, id)));
                }
            })?;
        }
    }
    Ok(writes)
}

/// The entry of the erasure list: applied again whenever a backup is restored.
pub(crate) fn erasure(side: ProfileId, at: Timestamp) -> Write {
    put(tables::ERASURES, &tables::profile_key(side), state::encode_erasure(at))
}

pub(crate) fn rejection(partition: Partition, rejection: &Rejection, keys: Keys<'_>) -> Result<Vec<Write>, StoreError> {
    let row = encode_rejection(rejection, keys)?;
    let by = |key: &IdentifierKey| {
        put(tables::REJECTED_BY, &tables::rejected_by_key(partition, *key, rejection.id), Vec::new())
    };
    let first = put(tables::REJECTED, &tables::rejected_key(partition, rejection.id), row);
    Ok(std::iter::once(first).chain(rejection.keys.iter().map(by)).collect())
}

pub(crate) fn resolved(
    substrate: &dyn Substrate,
    partition: Partition,
    id: Id<Rejected>,
    keys: Keys<'_>,
) -> Result<Vec<Write>, StoreError> {
    let key = tables::rejected_key(partition, id);
    let known = substrate.get(tables::REJECTED, &key)?.and_then(|bytes| decode_rejection(&bytes, keys).ok());
    let mut writes = vec![remove(tables::REJECTED, &key)];
    if let Some(RecalledRejection::Whole(rejection)) = known {
        let by = |key: &IdentifierKey| remove(tables::REJECTED_BY, &tables::rejected_by_key(partition, *key, id));
        writes.extend(rejection.keys.iter().map(by));
    }
    Ok(writes)
}

/// A census in place of the last one, and its figures in place of its day's; those of long ago go.
pub(crate) fn census(substrate: &dyn Substrate, census: &Census) -> Result<Vec<Write>, StoreError> {
    let (day, figures) = (census.at.day(), census.figures());
    let mut writes = vec![
        put(tables::CENSUSES, &tables::census_key(), encode_census(census)),
        put(tables::CENSUSES, &tables::figures_key(day), encode_figures(&figures)),
    ];
    let old = tables::figures_range(i64::MIN..day - TREND_DAYS + 1, CHUNK);
    each_key(substrate, tables::CENSUSES, old, |key| writes.push(remove(tables::CENSUSES, key)))?;
    Ok(writes)
}

pub(crate) fn access(number: u64, at: Timestamp, access: &Access) -> Write {
    put(tables::ACCESSES, &tables::access_key(access.profile, at, number), state::encode_access(access))
}

/// Calls `each` with every key of a range, reading a chunk at a time.
fn each_key(
    substrate: &dyn Substrate,
    table: Table,
    mut range: KeyRange<'static>,
    mut each: impl FnMut(&[u8]),
) -> Result<(), StoreError> {
    loop {
        let pairs = substrate.range(table, range.clone())?;
        pairs.iter().for_each(|(key, _)| each(key));
        let Some((last, _)) = pairs.last().filter(|_| pairs.len() == range.limit) else { return Ok(()) };
        let mut next = last.clone();
        next.push(0);
        range.from = next.into();
    }
}

fn put(table: Table, key: &[u8], value: Vec<u8>) -> Write {
    Write { table, key: key.to_vec(), value: Some(value) }
}

fn remove(table: Table, key: &[u8]) -> Write {
    Write { table, key: key.to_vec(), value: None }
}

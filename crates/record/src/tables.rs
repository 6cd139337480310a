//! The tables of the saved state, and the keys in them. All numbers in keys are big-endian, so that the order of keys
//! is the order of what they stand for; moments are milliseconds since the epoch with the highest bit turned.
//!
//! | Table | Key | Value |
//! |---|---|---|
//! | profiles | profile 16 | [`crate::state::encode_slot`] |
//! | history | side 16, timestamp ms 8, tie 8 | [`crate::history::SealedEvent`] |
//! | directory | partition 2, identifier key 16 | [`crate::state::encode_holding`] |
//! | timers | partition 2, due ms 8, profile 16 | empty |
//! | seen | side 16, tie 8 | empty |
//! | core | partition 2 | [`crate::state::encode_core`] |
//! | outbox | partition 2, destination 2, number 8 | [`crate::state::encode_effect`] |
//! | members | partition 2, segment 4 | a bitmap of ordinals, opaque here |
//! | rejected | partition 2, id 16 | [`crate::rejected::encode_rejection`] |
//! | rejected_by | partition 2, identifier key 16, id 16 | empty |
//! | accesses | profile 16, moment ms 8, number 8 | [`crate::state::encode_access`] |
//! | erasures | side 16 | [`crate::state::encode_erasure`] |
//! | decisions | side 16, id of the page's first decision 16 | [`crate::decided::seal_decided`] |
//! | ledgers | side 16 | [`crate::state::encode_ledger`] |
//! | catalog | 0 and an item's number 4, or 1 | [`crate::catalog::encode_item`], or [`crate::catalog::encode_stores`] |
//! | censuses | 0, or 1 and a day 8 | [`crate::census::encode_census`], or [`crate::census::encode_figures`] |
//!
//! An id of a profile begins with its partition, so every key of a partition is found by prefix.

use std::{borrow::Cow, ops::Range};

use model::{
    id::{Decision, Id, ProfileId, Rejected},
    identifier::IdentifierKey,
    partition::Partition,
    time::Timestamp,
};
use segment::set::SegmentNumber;
use store::substrate::{Direction, KeyRange, Table, TableSpec, Values, prefix_end};

use crate::error::Malformed;

/// All tables, in the order of their numbers. New ones are added at the end.
pub const TABLES: &[TableSpec] = &[
    TableSpec { name: "profiles", values: Values::Large },
    TableSpec { name: "history", values: Values::Large },
    TableSpec { name: "directory", values: Values::Small },
    TableSpec { name: "timers", values: Values::Small },
    TableSpec { name: "seen", values: Values::Small },
    TableSpec { name: "core", values: Values::Small },
    TableSpec { name: "outbox", values: Values::Small },
    TableSpec { name: "members", values: Values::Small },
    TableSpec { name: "rejected", values: Values::Small },
    TableSpec { name: "rejected_by", values: Values::Small },
    TableSpec { name: "accesses", values: Values::Small },
    TableSpec { name: "erasures", values: Values::Small },
    TableSpec { name: "decisions", values: Values::Large },
    TableSpec { name: "ledgers", values: Values::Small },
    TableSpec { name: "censuses", values: Values::Small },
    TableSpec { name: "catalog", values: Values::Large },
];

/// What every profile id of a partition stands for.
pub const PROFILES: Table = Table(0);
/// The events of every side, in order of time.
pub const HISTORY: Table = Table(1);
/// Whom identifiers lead to.
pub const DIRECTORY: Table = Table(2);
/// When profiles change with no new event.
pub const TIMERS: Table = Table(3);
/// Which events a side has.
pub const SEEN: Table = Table(4);
/// The scalars of a partition.
pub const CORE: Table = Table(5);
/// Effects not yet delivered.
pub const OUTBOX: Table = Table(6);
/// Who is in a segment.
pub const MEMBERS: Table = Table(7);
/// Refused events.
pub const REJECTED: Table = Table(8);
/// Refused events by the identifiers on them, so that an erasure finds those whose person was not known.
pub const REJECTED_BY: Table = Table(9);
/// Who used what is kept of a person.
pub const ACCESSES: Table = Table(10);
/// Which sides were erased: what a restore of an older backup has to erase again.
pub const ERASURES: Table = Table(11);

/// The decisions about every side.
pub const DECISIONS: Table = Table(12);
/// What the decisions about every side came to.
pub const LEDGERS: Table = Table(13);
/// The last census, and the figures of those before it.
pub const CENSUSES: Table = Table(14);
/// What the shop sells.
pub const CATALOG: Table = Table(15);

/// The key of a profile's slot.
pub fn profile_key(profile: ProfileId) -> [u8; 16] {
    profile.to_bytes()
}

/// The slots of a partition with ordinals in a range, in order.
pub fn profile_range(partition: Partition, ordinals: Range<u32>, limit: usize) -> KeyRange<'static> {
    let first = |ordinal| ProfileId::mint(partition, ordinal, 0).to_bytes();
    between(&first(ordinals.start), &first(ordinals.end), limit)
}

/// The profile of a slot's key.
pub fn profile_of(key: &[u8]) -> Result<ProfileId, Malformed> {
    let (profile, []) = take(key)? else { return Err(WRONG_KEY) };
    Ok(profile_id(profile))
}

/// The key of an event in its side's history. `tie` orders events of the same moment.
pub fn history_key(side: ProfileId, timestamp: Timestamp, tie: u64) -> [u8; 32] {
    join([&side.to_bytes(), &moment(timestamp), &tie.to_be_bytes()])
}

/// All events of a side, the oldest first.
pub fn history_range(side: ProfileId, limit: usize) -> KeyRange<'static> {
    prefix(&side.to_bytes(), limit)
}

/// The events of a side before a moment, the oldest first.
pub fn history_before(side: ProfileId, before: Timestamp, limit: usize) -> KeyRange<'static> {
    between(&side.to_bytes(), &history_key(side, before, 0), limit)
}

/// The side, moment and tie of an event's key.
pub fn history_place(key: &[u8]) -> Result<(ProfileId, Timestamp, u64), Malformed> {
    moment_place(key)
}

/// The key of a directory entry in the identifier's home.
pub fn directory_key(home: Partition, key: IdentifierKey) -> [u8; 18] {
    join([&home.0.to_be_bytes(), &key.0.to_be_bytes()])
}

/// All directory entries of a partition.
pub fn directory_range(home: Partition, limit: usize) -> KeyRange<'static> {
    prefix(&home.0.to_be_bytes(), limit)
}

/// The home and the identifier of a directory entry's key.
pub fn directory_place(key: &[u8]) -> Result<(Partition, IdentifierKey), Malformed> {
    let (home, key) = take(key)?;
    let (identifier, []) = take(key)? else { return Err(WRONG_KEY) };
    Ok((partition_of(home), IdentifierKey(u128::from_be_bytes(identifier))))
}

/// The key of a timer, in the partition where the profile lives.
pub fn timer_key(partition: Partition, due: Timestamp, profile: ProfileId) -> [u8; 26] {
    join([&partition.0.to_be_bytes(), &moment(due), &profile.to_bytes()])
}

/// The timers of a partition that are due in a span of time, the first one first.
pub fn timer_range(partition: Partition, due: Range<Timestamp>, limit: usize) -> KeyRange<'static> {
    let at = |due| -> [u8; 10] { join([&partition.0.to_be_bytes(), &moment(due)]) };
    between(&at(due.start), &at(due.end), limit)
}

/// The partition, moment and profile of a timer's key.
pub fn timer_place(key: &[u8]) -> Result<(Partition, Timestamp, ProfileId), Malformed> {
    let (partition, key) = take(key)?;
    let (due, key) = take(key)?;
    let (profile, []) = take(key)? else { return Err(WRONG_KEY) };
    Ok((partition_of(partition), moment_of(due)?, profile_id(profile)))
}

/// The key under which a side remembers an event, by the tie that also places it in history: 64 bits of its mark.
pub fn seen_key(side: ProfileId, tie: u64) -> [u8; 24] {
    join([&side.to_bytes(), &tie.to_be_bytes()])
}

/// All ties of a side.
pub fn seen_range(side: ProfileId, limit: usize) -> KeyRange<'static> {
    prefix(&side.to_bytes(), limit)
}

/// The side and the tie of such a key.
pub fn seen_place(key: &[u8]) -> Result<(ProfileId, u64), Malformed> {
    let (side, key) = take(key)?;
    let (tie, []) = take(key)? else { return Err(WRONG_KEY) };
    Ok((profile_id(side), u64::from_be_bytes(tie)))
}

/// The key of a partition's scalars.
pub fn core_key(partition: Partition) -> [u8; 2] {
    partition.0.to_be_bytes()
}

/// The key of an effect: numbers run for each destination by itself.
pub fn outbox_key(partition: Partition, to: Partition, number: u64) -> [u8; 12] {
    join([&partition.0.to_be_bytes(), &to.0.to_be_bytes(), &number.to_be_bytes()])
}

/// The effects of a partition, by destination and number.
pub fn outbox_range(partition: Partition, limit: usize) -> KeyRange<'static> {
    prefix(&partition.0.to_be_bytes(), limit)
}

/// The effects of a partition to another, from a number on.
pub fn outbox_range_to(partition: Partition, to: Partition, from: u64, limit: usize) -> KeyRange<'static> {
    let [a, b, c, d, ..] = outbox_key(partition, to, 0);
    from_within(&outbox_key(partition, to, from), &[a, b, c, d], limit)
}

/// The partition, the destination and the number of an effect's key.
pub fn outbox_place(key: &[u8]) -> Result<(Partition, Partition, u64), Malformed> {
    let (partition, key) = take(key)?;
    let (to, key) = take(key)?;
    let (number, []) = take(key)? else { return Err(WRONG_KEY) };
    Ok((partition_of(partition), partition_of(to), u64::from_be_bytes(number)))
}

/// The key of a segment's members in a partition.
pub fn members_key(partition: Partition, segment: SegmentNumber) -> [u8; 6] {
    join([&partition.0.to_be_bytes(), &segment.0.to_be_bytes()])
}

/// The members of all segments in a partition, in order of segment.
pub fn members_range(partition: Partition, limit: usize) -> KeyRange<'static> {
    prefix(&partition.0.to_be_bytes(), limit)
}

/// The partition and the segment of a key of members.
pub fn members_place(key: &[u8]) -> Result<(Partition, SegmentNumber), Malformed> {
    let (partition, key) = take(key)?;
    let (segment, []) = take(key)? else { return Err(WRONG_KEY) };
    Ok((partition_of(partition), SegmentNumber(u32::from_be_bytes(segment))))
}

/// The key of a refused event.
pub fn rejected_key(partition: Partition, id: Id<Rejected>) -> [u8; 18] {
    join([&partition.0.to_be_bytes(), &id.to_bytes()])
}

/// The refused events of a partition from an id on, in order of id.
pub fn rejected_range(partition: Partition, from: Id<Rejected>, limit: usize) -> KeyRange<'static> {
    from_within(&rejected_key(partition, from), &partition.0.to_be_bytes(), limit)
}

/// The partition and the id of a refused event's key.
pub fn rejected_place(key: &[u8]) -> Result<(Partition, Id<Rejected>), Malformed> {
    let (partition, key) = take(key)?;
    let (id, []) = take(key)? else { return Err(WRONG_KEY) };
    Ok((partition_of(partition), Id::from_bits(u128::from_be_bytes(id))))
}

/// The key under which a refused event is found by an identifier on it.
pub fn rejected_by_key(partition: Partition, key: IdentifierKey, id: Id<Rejected>) -> [u8; 34] {
    join([&partition.0.to_be_bytes(), &key.0.to_be_bytes(), &id.to_bytes()])
}

/// The refused events of a partition that carry an identifier.
pub fn rejected_by_range(partition: Partition, key: IdentifierKey, limit: usize) -> KeyRange<'static> {
    prefix(&directory_key(partition, key), limit)
}

/// The partition, the identifier and the id of a refused event's key by identifier.
pub fn rejected_by_place(key: &[u8]) -> Result<(Partition, IdentifierKey, Id<Rejected>), Malformed> {
    let (partition, key) = take(key)?;
    let (identifier, key) = take(key)?;
    let (id, []) = take(key)? else { return Err(WRONG_KEY) };
    let identifier = IdentifierKey(u128::from_be_bytes(identifier));
    Ok((partition_of(partition), identifier, Id::from_bits(u128::from_be_bytes(id))))
}

/// The key of a use of what is kept of a person. `number` tells uses of the same moment apart.
pub fn access_key(profile: ProfileId, at: Timestamp, number: u64) -> [u8; 32] {
    join([&profile.to_bytes(), &moment(at), &number.to_be_bytes()])
}

/// All uses of what is kept of a person, the oldest first.
pub fn access_range(profile: ProfileId, limit: usize) -> KeyRange<'static> {
    prefix(&profile.to_bytes(), limit)
}

/// The profile, the moment and the number of a use's key.
pub fn access_place(key: &[u8]) -> Result<(ProfileId, Timestamp, u64), Malformed> {
    moment_place(key)
}

/// The key of a side's entry in the erasure list.
pub fn erasure_key(side: ProfileId) -> [u8; 16] {
    side.to_bytes()
}

/// The erased sides of a partition, in order of id. [`profile_of`] reads their keys.
pub fn erasure_range(partition: Partition, limit: usize) -> KeyRange<'static> {
    prefix(&partition.0.to_be_bytes(), limit)
}

/// The key of the decisions of one page about a side, by the id of the first of them.
pub fn decision_key(side: ProfileId, first: Id<Decision>) -> [u8; 32] {
    join([&side.to_bytes(), &first.to_bytes()])
}

/// All decisions about a side, in order of time.
pub fn decision_range(side: ProfileId, limit: usize) -> KeyRange<'static> {
    prefix(&side.to_bytes(), limit)
}

/// The side and the id of the first decision of such a key.
pub fn decision_place(key: &[u8]) -> Result<(ProfileId, Id<Decision>), Malformed> {
    let (side, key) = take(key)?;
    let (first, []) = take(key)? else { return Err(WRONG_KEY) };
    Ok((profile_id(side), Id::from_bits(u128::from_be_bytes(first))))
}

/// The decisions about a side from a moment on, in order of time.
pub fn decisions_since(side: ProfileId, since: Timestamp, limit: usize) -> KeyRange<'static> {
    from_within(&decision_key(side, Id::<Decision>::mint(since, 0, 0)), &side.to_bytes(), limit)
}

/// The decisions about a side before a moment, in order of time.
pub fn decisions_before(side: ProfileId, before: Timestamp, limit: usize) -> KeyRange<'static> {
    between(&side.to_bytes(), &decision_key(side, Id::<Decision>::mint(before, 0, 0)), limit)
}

/// The key of a side's ledger.
pub fn ledger_key(side: ProfileId) -> [u8; 16] {
    side.to_bytes()
}

/// The key of the last census.
pub fn census_key() -> [u8; 1] {
    [0]
}

/// The key of the figures of a day's last census: days since 1970-01-01, UTC.
pub fn figures_key(day: i64) -> [u8; 9] {
    join([&[1], &(day ^ i64::MIN).to_be_bytes()])
}

/// The figures of the days from one to before another, in order.
pub fn figures_range(days: Range<i64>, limit: usize) -> KeyRange<'static> {
    between(&figures_key(days.start), &figures_key(days.end), limit)
}

/// The key of what is behind a number of the catalog.
pub fn item_key(number: u32) -> [u8; 5] {
    join([&[0], &number.to_be_bytes()])
}

/// What is behind the numbers of the catalog from one on, in order.
pub fn item_range(from: u32, limit: usize) -> KeyRange<'static> {
    between(&item_key(from), &[1], limit)
}

/// The number of an item's key.
pub fn item_of(key: &[u8]) -> Result<u32, Malformed> {
    let ([0], number) = take(key)? else { return Err(WRONG_KEY) };
    let (number, []) = take(number)? else { return Err(WRONG_KEY) };
    Ok(u32::from_be_bytes(number))
}

/// The key of the shop's stores.
pub fn stores_key() -> [u8; 1] {
    [1]
}

const WRONG_KEY: Malformed = Malformed::Impossible { what: "key" };

fn join<const N: usize, const PARTS: usize>(parts: [&[u8]; PARTS]) -> [u8; N] {
    let mut key = [0; N];
    let mut rest = key.as_mut_slice();
    for part in parts {
        let (place, after) = rest.split_at_mut(part.len());
        place.copy_from_slice(part);
        rest = after;
    }
    assert!(rest.is_empty(), "the parts fill the key");
    key
}

fn take<const N: usize>(key: &[u8]) -> Result<([u8; N], &[u8]), Malformed> {
    key.split_first_chunk().map(|(part, rest)| (*part, rest)).ok_or(WRONG_KEY)
}

fn moment_place(key: &[u8]) -> Result<(ProfileId, Timestamp, u64), Malformed> {
    let (profile, key) = take(key)?;
    let (at, key) = take(key)?;
    let (number, []) = take(key)? else { return Err(WRONG_KEY) };
    Ok((profile_id(profile), moment_of(at)?, u64::from_be_bytes(number)))
}

/// Milliseconds since the epoch, with the sign turned so that earlier moments sort first.
fn moment(at: Timestamp) -> [u8; 8] {
    (at.as_millis() ^ i64::MIN).to_be_bytes()
}

fn moment_of(bytes: [u8; 8]) -> Result<Timestamp, Malformed> {
    Timestamp::from_millis(i64::from_be_bytes(bytes) ^ i64::MIN).ok_or(WRONG_KEY)
}

fn profile_id(bytes: [u8; 16]) -> ProfileId {
    ProfileId::from_bits(u128::from_be_bytes(bytes))
}

fn partition_of(bytes: [u8; 2]) -> Partition {
    Partition(u16::from_be_bytes(bytes))
}

fn between(from: &[u8], to: &[u8], limit: usize) -> KeyRange<'static> {
    let to = Some(Cow::Owned(to.to_vec()));
    KeyRange { from: Cow::Owned(from.to_vec()), to, limit, direction: Direction::Ascending }
}

fn prefix(prefix: &[u8], limit: usize) -> KeyRange<'static> {
    from_within(prefix, prefix, limit)
}

fn from_within(from: &[u8], prefix: &[u8], limit: usize) -> KeyRange<'static> {
    let to = prefix_end(prefix).map(Cow::Owned);
    KeyRange { from: Cow::Owned(from.to_vec()), to, limit, direction: Direction::Ascending }
}

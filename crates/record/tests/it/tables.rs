//! Keys: they read back, sort by what they stand for, and every range holds just what it names.

use model::{
    id::{Id, ProfileId},
    identifier::IdentifierKey,
    partition::Partition,
    time::{Span, Timestamp},
};
use proptest::{prelude::any, prop_assert_eq, proptest};
use record::tables::*;
use segment::set::SegmentNumber;
use store::substrate::KeyRange;

use crate::{
    sample::{NOW, OTHER_SIDE, SIDE},
    strategies,
};

const HERE: Partition = Partition(3);

fn holds(range: &KeyRange<'_>, key: &[u8]) -> bool {
    *range.from <= *key && range.to.as_ref().is_none_or(|to| *key < **to)
}

fn before(at: Timestamp) -> Timestamp {
    at.minus(Span::from_millis(1))
}

proptest! {
    #[test]
    fn keys_read_back(side in strategies::id(), at in strategies::moment(), a in any::<u128>(), b in any::<u64>()) {
        let partition = Partition(b as u16);
        let (identifier, id) = (IdentifierKey(a), Id::from_bits(a.reverse_bits()));
        prop_assert_eq!(profile_of(&profile_key(side)), Ok(side));
        prop_assert_eq!(profile_of(&erasure_key(side)), Ok(side));
        prop_assert_eq!(history_place(&history_key(side, at, b)), Ok((side, at, b)));
        prop_assert_eq!(directory_place(&directory_key(partition, identifier)), Ok((partition, identifier)));
        prop_assert_eq!(timer_place(&timer_key(partition, at, side)), Ok((partition, at, side)));
        prop_assert_eq!(seen_place(&seen_key(side, b)), Ok((side, b)));
        prop_assert_eq!(outbox_place(&outbox_key(partition, HERE, b)), Ok((partition, HERE, b)));
        let segment = SegmentNumber(b as u32);
        prop_assert_eq!(members_place(&members_key(partition, segment)), Ok((partition, segment)));
        prop_assert_eq!(rejected_place(&rejected_key(partition, id)), Ok((partition, id)));
        let by = rejected_by_key(partition, identifier, id);
        prop_assert_eq!(rejected_by_place(&by), Ok((partition, identifier, id)));
        prop_assert_eq!(access_place(&access_key(side, at, b)), Ok((side, at, b)));
        let decision = Id::from_bits(a);
        prop_assert_eq!(decision_place(&decision_key(side, decision)), Ok((side, decision)));
        prop_assert_eq!(profile_of(&ledger_key(side)), Ok(side));
    }

    #[test]
    fn figures_sort_by_day(a in any::<i64>(), b in any::<i64>()) {
        prop_assert_eq!(a.cmp(&b), figures_key(a).cmp(&figures_key(b)));
        prop_assert_eq!(holds(&figures_range(0..b, 9), &figures_key(a)), (0..b).contains(&a));
        prop_assert_eq!(holds(&figures_range(0..b, 9), &census_key()), false);
    }

    #[test]
    fn history_sorts_by_side_moment_and_tie(
        a in (strategies::id(), strategies::moment(), any::<u64>()),
        b in (strategies::id(), strategies::moment(), any::<u64>()),
    ) {
        let key = |(side, at, tie): (ProfileId, Timestamp, u64)| history_key(side, at, tie);
        prop_assert_eq!(a.cmp(&b), key(a).cmp(&key(b)));
    }
}

#[test]
fn a_key_that_is_cut_or_too_long_is_refused() {
    let key = timer_key(HERE, NOW, SIDE);
    assert!(timer_place(&key[..25]).is_err());
    assert!(timer_place(&[&key[..], &[0]].concat()).is_err());
    assert!(timer_place(&[0xff; 26]).is_err(), "no such moment");
    assert!(profile_of(&[]).is_err());
}

#[test]
fn every_table_has_its_place_in_the_list() {
    let named = [
        (PROFILES, "profiles"),
        (HISTORY, "history"),
        (DIRECTORY, "directory"),
        (TIMERS, "timers"),
        (SEEN, "seen"),
        (CORE, "core"),
        (OUTBOX, "outbox"),
        (MEMBERS, "members"),
        (REJECTED, "rejected"),
        (REJECTED_BY, "rejected_by"),
        (ACCESSES, "accesses"),
        (ERASURES, "erasures"),
        (DECISIONS, "decisions"),
        (LEDGERS, "ledgers"),
        (CENSUSES, "censuses"),
        (CATALOG, "catalog"),
    ];
    assert_eq!(named.len(), TABLES.len());
    for (table, name) in named {
        assert_eq!(TABLES[usize::from(table.0)].name, name);
    }
    assert!(TABLES.len() <= store::limits::TABLES);
}

#[test]
fn history_before_a_moment_ends_before_it() {
    let range = history_before(SIDE, NOW, 9);
    assert_eq!(range.limit, 9);
    assert!(holds(&range, &history_key(SIDE, Timestamp::MIN, 0)));
    assert!(holds(&range, &history_key(SIDE, before(NOW), u64::MAX)));
    assert!(!holds(&range, &history_key(SIDE, NOW, 0)));
    assert!(!holds(&range, &history_key(OTHER_SIDE, Timestamp::MIN, 0)));
    assert!(holds(&history_range(SIDE, 9), &history_key(SIDE, Timestamp::MAX, u64::MAX)));
    assert!(!holds(&history_range(SIDE, 9), &history_key(OTHER_SIDE, NOW, 0)));
}

#[test]
fn items_are_found_by_their_numbers_and_stores_apart_from_them() {
    let range = item_range(7, 9);
    assert!(holds(&range, &item_key(7)) && holds(&range, &item_key(u32::MAX)));
    assert!(!holds(&range, &item_key(6)) && !holds(&range, &stores_key()));
    assert_eq!(item_of(&item_key(7)), Ok(7));
    assert!(item_of(&stores_key()).is_err() && item_of(&[1, 0, 0, 0, 7]).is_err() && item_of(&[0; 6]).is_err());
}

#[test]
fn timers_are_found_by_when_they_are_due() {
    let range = timer_range(HERE, Timestamp::MIN..NOW, 9);
    assert!(holds(&range, &timer_key(HERE, before(NOW), ProfileId::from_bits(u128::MAX))));
    assert!(!holds(&range, &timer_key(HERE, NOW, ProfileId::from_bits(0))));
    assert!(!holds(&range, &timer_key(Partition(4), Timestamp::MIN, SIDE)));
}

#[test]
fn profiles_are_found_by_ordinal() {
    let range = profile_range(HERE, 17..18, 9);
    assert!(holds(&range, &profile_key(SIDE)));
    assert!(!holds(&range, &profile_key(ProfileId::mint(HERE, 18, 0))));
    assert!(!holds(&range, &profile_key(ProfileId::mint(HERE, 16, u128::MAX))));
    assert!(holds(&erasure_range(HERE, 9), &erasure_key(SIDE)));
    assert!(!holds(&erasure_range(HERE, 9), &erasure_key(OTHER_SIDE)));
}

#[test]
fn the_last_partition_has_ranges_too() {
    let last = Partition(u16::MAX);
    assert!(holds(&directory_range(last, 9), &directory_key(last, IdentifierKey(u128::MAX))));
    assert!(holds(&outbox_range(last, 9), &outbox_key(last, last, u64::MAX)));
}

#[test]
fn effects_are_found_by_destination_and_number() {
    let range = outbox_range_to(HERE, Partition(5), 7, 9);
    assert!(holds(&range, &outbox_key(HERE, Partition(5), 7)));
    assert!(holds(&range, &outbox_key(HERE, Partition(5), u64::MAX)));
    assert!(!holds(&range, &outbox_key(HERE, Partition(5), 6)));
    assert!(!holds(&range, &outbox_key(HERE, Partition(6), 8)));
    assert!(holds(&outbox_range(HERE, 9), &outbox_key(HERE, Partition(6), 8)));
    assert!(!holds(&outbox_range(HERE, 9), &outbox_key(Partition(4), Partition(0), 0)));
}

#[test]
fn marks_members_and_refused_events_are_found_by_what_comes_first() {
    assert!(holds(&seen_range(SIDE, 9), &seen_key(SIDE, u64::MAX)));
    assert!(!holds(&seen_range(SIDE, 9), &seen_key(OTHER_SIDE, 0)));
    assert!(holds(&members_range(HERE, 9), &members_key(HERE, SegmentNumber(u32::MAX))));
    assert!(!holds(&members_range(HERE, 9), &members_key(Partition(4), SegmentNumber(0))));
    let (low, high) = (Id::from_bits(4), Id::from_bits(5));
    assert!(holds(&rejected_range(HERE, high, 9), &rejected_key(HERE, high)));
    assert!(!holds(&rejected_range(HERE, high, 9), &rejected_key(HERE, low)));
    let range = rejected_by_range(HERE, IdentifierKey(4), 9);
    assert!(holds(&range, &rejected_by_key(HERE, IdentifierKey(4), high)));
    assert!(!holds(&range, &rejected_by_key(HERE, IdentifierKey(5), low)));
    assert!(holds(&access_range(SIDE, 9), &access_key(SIDE, NOW, 0)));
    assert!(!holds(&access_range(SIDE, 9), &access_key(OTHER_SIDE, NOW, 0)));
    assert_eq!(core_key(Partition(258)), [1, 2]);
}

#[test]
fn decisions_are_found_before_and_since_a_moment() {
    let decision = |ms: i64| {
        let at = Timestamp::saturating_from_millis(NOW.as_millis() + ms);
        decision_key(SIDE, Id::<model::id::Decision>::mint(at, u64::MAX, u32::MAX)).to_vec()
    };
    let (before, since) = (decisions_before(SIDE, NOW, 9), decisions_since(SIDE, NOW, 9));
    let is_in =
        |range: &KeyRange<'_>, key: &[u8]| key >= &*range.from && range.to.as_ref().is_none_or(|to| key < &**to);
    assert!(is_in(&before, &decision(-1)) && !is_in(&before, &decision(0)));
    assert!(!is_in(&since, &decision(-1)) && is_in(&since, &decision(0)) && is_in(&since, &decision(1)));
}

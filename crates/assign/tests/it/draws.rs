//! How draws spread, and who moves when shares change.

use std::collections::BTreeMap;

use assign::{BUCKETS, Share, bucket, pick, within};
use model::id::{Id, Unit};
use proptest::prelude::*;

const UNITS: u32 = 100_000;

/// Units whose bits are as alike as real ids are: random in the upper half, counted in the lower.
fn units() -> impl Iterator<Item = Id<Unit>> {
    (0..UNITS).map(|number| Id::from_bits(0x5EED_0000_0000_0000_0000_0000_0000_0000 | u128::from(number)))
}

fn share(points: u16) -> Share {
    Share::from_basis_points(points).unwrap()
}

/// The sum of (found − expected)² / expected.
fn chi_square(found: &[u32], expected: f64) -> f64 {
    found.iter().map(|found| (f64::from(*found) - expected).powi(2) / expected).sum()
}

#[test]
fn buckets_are_even() {
    for salt in ["holdout", "layer:home", "traffic:a"] {
        let mut found = [0u32; 100];
        units().for_each(|unit| found[usize::from(bucket(unit, salt) / (BUCKETS / 100))] += 1);
        // 99 degrees of freedom: 1 in 10,000 even draws is above 160.
        let chi_square = chi_square(&found, f64::from(UNITS) / 100.0);
        assert!(chi_square < 160.0, "{salt}: {chi_square}");
        assert!(chi_square > 50.0, "{salt}: {chi_square} is too even to be a draw");
    }
}

#[test]
fn two_salts_draw_independently() {
    for (one, other) in [("holdout", "layer:home"), ("traffic:a", "traffic:b"), ("a", "a ")] {
        let mut found = [0u32; 100];
        for unit in units() {
            let tenth = |salt| usize::from(bucket(unit, salt) / (BUCKETS / 10));
            found[10 * tenth(one) + tenth(other)] += 1;
        }
        let chi_square = chi_square(&found, f64::from(UNITS) / 100.0);
        assert!(chi_square < 160.0, "{one} and {other}: {chi_square}");
    }
}

#[test]
fn a_variant_is_independent_of_the_bucket_of_the_same_salt() {
    let mut found = [0u32; 20];
    for unit in units() {
        let variant = pick(unit, "a", [("x", share(5_000)), ("y", share(5_000))]).unwrap();
        found[2 * usize::from(bucket(unit, "a") / (BUCKETS / 10)) + usize::from(variant == "y")] += 1;
    }
    // 19 degrees of freedom: 1 in 10,000 is above 52.
    let chi_square = chi_square(&found, f64::from(UNITS) / 20.0);
    assert!(chi_square < 52.0, "{chi_square}");
}

#[test]
fn variants_are_drawn_by_their_shares() {
    let options = [("a", share(100)), ("b", share(2_900)), ("control", share(5_000)), ("d", share(2_000))];
    let mut found = BTreeMap::<&str, u32>::new();
    units().for_each(|unit| *found.entry(pick(unit, "idea", options).unwrap()).or_default() += 1);
    let chi_square: f64 =
        options.iter().map(|(name, share)| chi_square(&[found[name]], f64::from(UNITS) * share.fraction())).sum();
    // 3 degrees of freedom: 1 in 10,000 is above 21.
    assert!(chi_square < 21.0, "{found:?}: {chi_square}");
}

#[test]
fn a_share_that_grows_takes_in_and_lets_nobody_go() {
    for unit in units().take(10_000) {
        assert!(!within(unit, "t", share(1_000)) || within(unit, "t", share(1_001)));
        assert!(!within(unit, "t", Share::NONE));
        assert!(within(unit, "t", Share::ALL));
    }
}

/// Who moves when a third of control goes to `b`: as many as the share that moved, and only from control to `b`.
#[test]
fn changed_shares_move_no_more_than_they_must() {
    let before = [("a", share(2_000)), ("b", share(2_000)), ("control", share(6_000))];
    let after = [("a", share(2_000)), ("b", share(4_000)), ("control", share(4_000))];
    let moved: Vec<(&str, &str)> = units()
        .map(|unit| (pick(unit, "idea", before).unwrap(), pick(unit, "idea", after).unwrap()))
        .filter(|(before, after)| before != after)
        .collect();
    // The weights of `a` against both others change: it takes from control what it loses to `b`.
    assert!(moved.iter().all(|pair| matches!(pair, ("control", _) | (_, "b"))), "nobody goes the other way");
    let share = moved.len() as f64 / f64::from(UNITS);
    assert!((0.19..0.24).contains(&share), "{share} moved where at least 0.2 must");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// A new variant takes units in; nobody moves between the others.
    #[test]
    fn a_new_variant_moves_units_only_to_itself(
        weights in prop::collection::vec(1..10_000u16, 1..6),
        new in 1..10_000u16,
        salt in "[a-z]{1,8}",
        first in any::<u128>(),
    ) {
        let names = ["a", "b", "c", "d", "e", "f"];
        let before: Vec<(&str, Share)> = names.into_iter().zip(weights.into_iter().map(share)).collect();
        let mut after = before.clone();
        after.insert(0, ("new", share(new)));
        for step in 0..200 {
            let unit = Id::from_bits(first.wrapping_add(step));
            let was = pick(unit, &salt, before.iter().copied());
            let is = pick(unit, &salt, after.iter().copied());
            prop_assert!(was == is || is == Some("new"));
        }
    }

    /// The order in which options are given, and options that nobody draws, do not matter.
    #[test]
    fn only_names_and_weights_matter(mut weights in prop::collection::vec(0..10_000u16, 1..6), unit in any::<u128>()) {
        let names = ["a", "b", "c", "d", "e", "f"];
        let options: Vec<(&str, Share)> = names.into_iter().zip(weights.iter().copied().map(share)).collect();
        let picked = pick(Id::from_bits(unit), "s", options.iter().copied());
        prop_assert_eq!(picked, pick(Id::from_bits(unit), "s", options.iter().rev().copied()));
        weights.retain(|weight| *weight > 0);
        prop_assert_eq!(picked.is_some(), !weights.is_empty());
    }
}

//! Stable bucketing: which share of units a unit is in, and which of several weighted options it draws.
//!
//! Everything is a function of a unit, a salt and shares; nothing is stored. So a unit draws the same on every device,
//! in every replay, in the simulator and in a what-if. Two salts draw independently.
//!
//! # The formulas
//!
//! - `hash(unit, salt)` is the first eight bytes, big-endian, of BLAKE3 over the salt's bytes, one zero byte, and the
//!   sixteen big-endian bytes of the unit.
//! - [`bucket`] is `⌊hash · 10 000 / 2⁶⁴⌋`: a number from 0 to 9 999. A share of *n* basis points is the buckets below
//!   *n*, so a share that grows only takes units in, and one that shrinks only lets units go.
//! - [`pick`] gives each option its own hash under `salt ‖ 0x1F ‖ option` and takes the one with the least
//!   `−ln(u) / weight`, with `u = (hash + ½) / 2⁶⁴`: weighted rendezvous hashing. An option is drawn in proportion to
//!   its weight; when weights change, units move only towards options that gained against the one they leave, and a
//!   new option takes its share evenly from all others.
//!
//! `tests/it/vectors.rs` holds values to check another implementation against.
//!
//! This crate must not know persons, experiences or clocks. Start reading at [`bucket`], [`pick`] and [`Part`].

mod part;
mod share;

use model::id::{Id, Unit};

pub use part::Part;
pub use share::{Share, ShareError};

/// How many buckets there are: one for each basis point.
pub const BUCKETS: u16 = 10_000;

/// The salt of the share that is kept out of everything.
pub const HOLDOUT: &str = "holdout";

/// The bucket of a unit under a salt: 0 to 9 999, evenly.
pub fn bucket(unit: Id<Unit>, salt: &str) -> u16 {
    let place = (u128::from(hash(unit, &[salt])) * u128::from(BUCKETS)) >> 64;
    u16::try_from(place).expect("below the number of buckets")
}

/// Whether a unit is in the first `share` of the buckets of a salt.
pub fn within(unit: Id<Unit>, salt: &str, share: Share) -> bool {
    // The whole and nothing need no draw.
    share == Share::ALL || (share > Share::NONE && bucket(unit, salt) < share.basis_points())
}

/// The option that a unit draws under a salt, each with a chance in proportion to its weight. Options without weight
/// are never drawn; `None` if there is no other. The order of the options does not matter if their names differ.
pub fn pick<'o>(unit: Id<Unit>, salt: &str, options: impl IntoIterator<Item = (&'o str, Share)>) -> Option<&'o str> {
    let distances = options.into_iter().filter(|(_, weight)| *weight > Share::NONE).map(|(name, weight)| {
        let place = (hash(unit, &[salt, "\u{1f}", name]) as f64 + 0.5) / 18_446_744_073_709_551_616.0;
        (-libm::log(place) / f64::from(weight.basis_points()), name)
    });
    distances.min_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(b.1))).map(|(_, name)| name)
}

fn hash(unit: Id<Unit>, salt: &[&str]) -> u64 {
    let mut hasher = blake3::Hasher::new();
    for part in salt {
        hasher.update(part.as_bytes());
    }
    hasher.update(&[0]).update(&unit.to_bytes());
    let digest = hasher.finalize();
    u64::from_be_bytes(*digest.as_bytes().first_chunk().expect("a digest has 32 bytes"))
}

//! Chance, drawn from a command's seed and nothing else.

use model::{
    id::{Id, ProfileId},
    partition::Partition,
};

/// The `n`th number of a seed (SplitMix64, Steele, Lea and Flood 2014).
pub const fn draw(seed: u64, n: u64) -> u64 {
    let mut z = seed.wrapping_add((n + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15));
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// An id whose bits are the numbers `n` and `n + 1` of the seed.
pub const fn id<K>(seed: u64, n: u64) -> Id<K> {
    Id::from_bits((draw(seed, n) as u128) << 64 | draw(seed, n + 1) as u128)
}

/// The id of a partition's next profile.
pub const fn profile_id(partition: Partition, ordinal: u32, seed: u64) -> ProfileId {
    ProfileId::mint(partition, ordinal, (draw(seed, 0) as u128) << 64 | draw(seed, 1) as u128)
}

//! Typed ids. An `Id<Profile>` cannot be passed where an `Id<Command>` is wanted; the text form carries its kind.

use std::{fmt, marker::PhantomData, str::FromStr};

use crate::{partition::Partition, time::Timestamp};

/// What an [`Id`] identifies, and the prefix of its text form.
pub trait Kind {
    /// Three letters, such as `prf`.
    const PREFIX: &'static str;
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident = $prefix:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $kind {}
        impl Kind for $kind { const PREFIX: &'static str = $prefix; }
    )*};
}
kinds! {
    /// A profile.
    Profile = "prf";
    /// A rejected event.
    Rejected = "rej";
    /// An API key.
    ApiKey = "key";
    /// A merge of two profiles.
    Merge = "mrg";
    /// The unit of experiments.
    Unit = "unt";
    /// A request to the program.
    Request = "req";
    /// An answer for one person, placement and moment.
    Decision = "dec";
}

/// A 128-bit id of a `K`. Written as its prefix, `_`, and 26 digits of Crockford's base 32: `prf_0c0…`.
pub struct Id<K> {
    bits: u128,
    kind: PhantomData<fn() -> K>,
}

/// A profile's id. It carries the partition in which the profile was created and its number there.
pub type ProfileId = Id<Profile>;

impl<K> Id<K> {
    /// The id with exactly these bits.
    pub const fn from_bits(bits: u128) -> Self {
        Self { bits, kind: PhantomData }
    }

    /// The id's bits, as [`Id::from_bits`] takes them.
    pub const fn bits(self) -> u128 {
        self.bits
    }

    /// The bits in big-endian order, so that byte order is id order.
    pub const fn to_bytes(self) -> [u8; 16] {
        self.bits.to_be_bytes()
    }
}

impl ProfileId {
    /// Mints the id of the profile number `ordinal` of `partition`; `salt` makes it unguessable (80 bits are used).
    pub const fn mint(partition: Partition, ordinal: u32, salt: u128) -> Self {
        let bits = (partition.0 as u128) << 112 | (ordinal as u128) << 80 | (salt & ((1 << 80) - 1));
        Self::from_bits(bits)
    }

    /// The partition in which the profile was created. After a merge across partitions it may live elsewhere.
    pub const fn partition(self) -> Partition {
        Partition((self.bits >> 112) as u16)
    }

    /// The profile's number within its partition: dense, from 0, never used again.
    pub const fn ordinal(self) -> u32 {
        (self.bits >> 80) as u32
    }
}

impl Id<Rejected> {
    /// Mints the id of an event that was refused at a moment, so that ids are in order of time: a moment before the
    /// epoch counts as the epoch. `salt` tells those of one moment apart (80 bits are used).
    pub const fn mint(at: Timestamp, salt: u128) -> Self {
        let ms = if at.as_millis() < 0 { 0 } else { at.as_millis() };
        Self::from_bits((ms as u128) << 80 | (salt & ((1 << 80) - 1)))
    }
}

impl Id<Decision> {
    /// Mints the id of the first decision of a page that was made at a moment, so that ids are in order of time: a
    /// moment before the epoch counts as the epoch. `veiled` says whom it is about to those who can lift the veil (48
    /// bits are used), `salt` makes it unguessable (24 bits are used).
    pub const fn mint(at: Timestamp, veiled: u64, salt: u32) -> Self {
        let ms = if at.as_millis() < 0 { 0 } else { at.as_millis() as u128 & ((1 << 48) - 1) };
        let (veiled, salt) = (veiled as u128 & ((1 << 48) - 1), salt as u128 & ((1 << 24) - 1));
        Self::from_bits(ms << 80 | veiled << 32 | salt << 8)
    }

    /// The id of the decision at a place of the same page, from 0 to 255.
    pub const fn at_place(self, place: usize) -> Self {
        Self::from_bits(self.bits & !0xFF | (place as u128 & 0xFF))
    }

    /// When it was made, to the millisecond.
    pub fn at(self) -> Timestamp {
        Timestamp::saturating_from_millis((self.bits >> 80) as i64)
    }

    /// Whom it is about, veiled: 48 bits.
    pub const fn veiled(self) -> u64 {
        (self.bits >> 32) as u64 & ((1 << 48) - 1)
    }

    /// What makes it unguessable: 24 bits.
    pub const fn salt(self) -> u32 {
        (self.bits >> 8) as u32 & ((1 << 24) - 1)
    }
}

const DIGITS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const TEXT_DIGITS: usize = 26;

impl<K: Kind> fmt::Display for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = [0u8; TEXT_DIGITS];
        for (place, digit) in text.iter_mut().rev().enumerate() {
            *digit = DIGITS[(self.bits >> (5 * place)) as usize & 31];
        }
        write!(f, "{}_{}", K::PREFIX, std::str::from_utf8(&text).expect("the digits are ASCII"))
    }
}

/// A text that is not the id of the kind wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAnId {
    /// The prefix that was expected.
    pub prefix: &'static str,
}

impl fmt::Display for NotAnId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected {}_ followed by 26 lowercase base-32 digits", self.prefix)
    }
}
impl std::error::Error for NotAnId {}

impl<K: Kind> FromStr for Id<K> {
    type Err = NotAnId;

    fn from_str(text: &str) -> Result<Self, NotAnId> {
        let error = NotAnId { prefix: K::PREFIX };
        let digits = text.strip_prefix(K::PREFIX).and_then(|rest| rest.strip_prefix('_')).ok_or(error)?;
        if digits.len() != TEXT_DIGITS || digits.as_bytes()[0] > b'7' {
            return Err(error);
        }
        let mut bits = 0u128;
        for digit in digits.bytes() {
            let value = DIGITS.iter().position(|d| *d == digit).ok_or(error)?;
            bits = bits << 5 | value as u128;
        }
        Ok(Self::from_bits(bits))
    }
}

impl<K> Clone for Id<K> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<K> Copy for Id<K> {}
impl<K> PartialEq for Id<K> {
    fn eq(&self, other: &Self) -> bool {
        self.bits == other.bits
    }
}
impl<K> Eq for Id<K> {}
impl<K> PartialOrd for Id<K> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl<K> Ord for Id<K> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.bits.cmp(&other.bits)
    }
}
impl<K> std::hash::Hash for Id<K> {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.bits.hash(state);
    }
}
impl<K: Kind> fmt::Debug for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_form_carries_the_kind_and_reads_back() {
        let id = ProfileId::mint(Partition(63), 1_000_000, u128::MAX);
        assert_eq!(id.partition(), Partition(63));
        assert_eq!(id.ordinal(), 1_000_000);
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_eq!(id.to_string().parse::<Id<ApiKey>>(), Err(NotAnId { prefix: "key" }));
        assert!(format!("prf_{}", "z".repeat(26)).parse::<ProfileId>().is_err(), "more than 128 bits");
        assert!("prf_0".parse::<ProfileId>().is_err());
    }

    #[test]
    fn ids_of_decisions_tell_when_and_which_of_a_page() {
        let at = Timestamp::saturating_from_millis(1_772_445_600_000);
        let first = Id::<Decision>::mint(at, u64::MAX - 5, u32::MAX - 9);
        assert_eq!((first.at(), first.veiled()), (at, (1 << 48) - 6));
        assert_eq!(first.salt(), (1 << 24) - 10);
        assert_eq!(first.at_place(0), first);
        assert_eq!(first.at_place(7).at_place(0), first);
        assert!(first.at_place(1) > first);
        assert!(Id::<Decision>::mint(at, 0, u32::MAX) < first);
        assert!(Id::<Decision>::mint(at.plus(crate::time::Span::from_millis(1)), 0, 0) > first);
    }

    #[test]
    fn ids_of_refused_events_are_in_order_of_time() {
        let mint = |ms, salt| Id::<Rejected>::mint(Timestamp::saturating_from_millis(ms), salt);
        assert!(mint(1, u128::MAX) < mint(2, 0));
        assert!(mint(2, 0) < mint(2, 1));
        assert!(mint(-1, u128::MAX) < mint(1, 0));
        assert!(mint(i64::MAX, 0) > mint(i64::from(i32::MAX), 0), "the last moment has its place too");
    }
}

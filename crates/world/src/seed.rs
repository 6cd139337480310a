//! The number from which everything is drawn.

use std::{fmt, str::FromStr};

use crate::draws::{Draws, Entity, Purpose};

/// The seed of a world. Written as a decimal number or as `0x` and hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Seed(pub u64);

/// A seed that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoSeed(String);

impl fmt::Display for NoSeed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is no seed: a seed is a number from 0 to {}, or 0x and up to 16 digits", self.0, u64::MAX)
    }
}

impl std::error::Error for NoSeed {}

impl FromStr for Seed {
    type Err = NoSeed;

    fn from_str(text: &str) -> Result<Self, NoSeed> {
        // `parse` of a number takes a sign, which no seed has.
        let is_plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let number = match text.strip_prefix("0x") {
            Some(digits) => u64::from_str_radix(digits, 16),
            None => text.parse(),
        };
        number.ok().filter(|_| is_plain).map(Self).ok_or_else(|| NoSeed(text.to_owned()))
    }
}

impl fmt::Display for Seed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Seed {
    /// The draws of one entity for one purpose, on one day (0 for what is drawn once).
    pub fn draws(self, entity: Entity, day: u32, purpose: Purpose) -> Draws {
        Draws::new(self, entity, day, purpose)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_is_read_as_it_is_written() {
        assert_eq!("42".parse(), Ok(Seed(42)));
        assert_eq!("0xff".parse(), Ok(Seed(255)));
        assert_eq!(Seed(7).to_string().parse(), Ok(Seed(7)));
        for wrong in ["", "-1", "+1", "0x", "1e3", "seed", "18446744073709551616", " 1"] {
            assert!(wrong.parse::<Seed>().is_err(), "{wrong}");
        }
    }
}

//! Where a profile lives: a logical partition, and a place in its ordered log.

use std::fmt;

/// A logical partition, `0..limits::PARTITIONS`. Their number is fixed when the data folder is created.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Partition(pub u16);

/// A place in a partition's log: the number of commands before it. The first command has position 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Position(pub u64);

impl Position {
    /// The position `count` commands further on.
    #[must_use]
    pub fn advanced(self, count: u64) -> Self {
        Self(self.0 + count)
    }
}

impl fmt::Display for Partition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}", self.0)
    }
}

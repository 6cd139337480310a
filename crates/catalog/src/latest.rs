//! A part of an item of which the latest word stands, whatever the order in which words arrive.

use model::time::Timestamp;

/// A value and the moment of which it is true.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Latest<T> {
    /// The moment.
    pub(crate) at: Timestamp,
    /// The value.
    pub(crate) value: T,
}

impl<T: Ord + Copy> Latest<T> {
    /// What was said at a moment.
    pub(crate) const fn new(at: Timestamp, value: T) -> Self {
        Self { at, value }
    }

    /// The later of two words. At the same moment the greater value stands: any rule that does not look at the order of
    /// arrival does.
    #[must_use]
    pub(crate) fn or_later(self, other: Self) -> Self {
        if (other.at, other.value) > (self.at, self.value) { other } else { self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_later_word_stands_in_either_order() {
        let at = |ms, value| Latest::new(Timestamp::from_millis(ms).unwrap(), value);
        for (one, other, stands) in [(at(1, 5), at(2, 3), 3), (at(2, 3), at(2, 4), 4)] {
            assert_eq!((one.or_later(other).value, other.or_later(one).value), (stands, stands));
        }
    }
}

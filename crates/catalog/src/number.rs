//! Dense numbers: of items, categories and words.

/// An item, by its number in one catalog: from 0, without gaps, given once and for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ItemNumber(pub u32);

/// A category, by its number in one catalog.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CategoryNumber(pub u32);

/// A word that items share, by its number in one catalog. [`Word::NONE`] stands for a word that is not said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Word(pub u32);

impl Word {
    /// No word.
    pub(crate) const NONE: Self = Self(u32::MAX);
}

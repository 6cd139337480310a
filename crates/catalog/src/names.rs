//! Texts and their numbers, both ways. A text keeps its number for ever; clones share what they have in common.

use std::{hash::BuildHasher, sync::Arc};

use hashbrown::HashTable;
use rustc_hash::FxBuildHasher;

use crate::numbered::Numbered;

/// Tables into which the numbers are parted by hash, as a power of two: so that a new text copies one of them.
const SHARD_BITS: u32 = 8;

/// Texts by number, numbers by text.
#[derive(Debug, Clone)]
pub(crate) struct Names {
    texts: Numbered<Arc<str>>,
    /// Only the numbers: the text of a number is in `texts`.
    shards: Arc<Vec<Arc<HashTable<u32>>>>,
}

impl Names {
    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.texts.len()
    }

    /// The text of a number.
    pub(crate) fn text(&self, number: u32) -> Option<&str> {
        self.texts.get(number).map(|text| &**text)
    }

    /// The same, to be held without copying it.
    pub(crate) fn shared(&self, number: u32) -> Option<&Arc<str>> {
        self.texts.get(number)
    }

    /// The number of a text.
    pub(crate) fn find(&self, text: &str) -> Option<u32> {
        let hash = hash(text);
        self.shards[shard(hash)].find(hash, |number| self.text(*number) == Some(text)).copied()
    }

    /// The number of a text, which is given one if it has none; `None` if there are `most` already.
    pub(crate) fn number(&mut self, text: &str, most: usize) -> Option<u32> {
        if let Some(number) = self.find(text) {
            return Some(number);
        }
        if self.len() >= most {
            return None;
        }
        let hash = hash(text);
        let number = self.texts.push(text.into());
        let table = Arc::make_mut(&mut Arc::make_mut(&mut self.shards)[shard(hash)]);
        let texts = &self.texts;
        table.insert_unique(hash, number, |number| self::hash(texts.get(*number).map_or("", |text| text)));
        Some(number)
    }

    /// All texts in the order of their numbers.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> {
        self.texts.iter().map(|text| &**text)
    }
}

impl Default for Names {
    fn default() -> Self {
        Self { texts: Numbered::default(), shards: Arc::new(vec![Arc::default(); 1 << SHARD_BITS]) }
    }
}

fn hash(text: &str) -> u64 {
    FxBuildHasher.hash_one(text)
}

/// By bits that the tables themselves do not look at: they take the lowest for the place and the highest as a mark.
const fn shard(hash: u64) -> usize {
    (hash >> 40) as usize % (1 << SHARD_BITS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_has_one_number_and_keeps_it() {
        let mut names = Names::default();
        for round in 0..2 {
            for number in 0..5_000u32 {
                assert_eq!(names.number(&format!("item-{number}"), 5_000), Some(number), "{round}");
            }
        }
        assert_eq!((names.number("one more", 5_000), names.len()), (None, 5_000));
        assert_eq!(
            (names.find("item-4711"), names.find("none"), names.text(4_711)),
            (Some(4_711), None, Some("item-4711"))
        );
    }

    #[test]
    fn a_clone_does_not_see_what_is_new() {
        let mut names = Names::default();
        names.number("boot", 10);
        let before = names.clone();
        names.number("pole", 10);
        assert_eq!((before.find("pole"), names.find("pole"), before.find("boot")), (None, Some(1), Some(0)));
    }
}

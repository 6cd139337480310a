//! Which items have something in common: a bitmap for each number, copied only where one changes.

use std::sync::Arc;

use roaring::RoaringBitmap;

use crate::{number::ItemNumber, numbered::Numbered};

/// Items by the number of what they share.
#[derive(Debug, Clone, Default)]
pub(crate) struct Postings(Numbered<Arc<RoaringBitmap>>);

impl Postings {
    /// The items of a number.
    pub(crate) fn get(&self, number: u32) -> Option<&RoaringBitmap> {
        self.0.get(number).map(|items| &**items)
    }

    /// Adds an item to a number.
    pub(crate) fn insert(&mut self, number: u32, item: ItemNumber) {
        while self.0.len() <= number as usize {
            self.0.push(Arc::default());
        }
        if self.get(number).is_some_and(|items| !items.contains(item.0)) {
            let items = self.0.get_mut(number).expect("made above");
            Arc::make_mut(items).insert(item.0);
        }
    }

    /// Takes an item from a number.
    pub(crate) fn remove(&mut self, number: u32, item: ItemNumber) {
        if self.get(number).is_some_and(|items| items.contains(item.0)) {
            let items = self.0.get_mut(number).expect("found above");
            Arc::make_mut(items).remove(item.0);
        }
    }
}

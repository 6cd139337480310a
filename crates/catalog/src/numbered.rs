//! A growing list whose clones share what they have in common: a change copies 256 entries and two short lists.

use std::sync::Arc;

/// Entries of each of the three levels, as a power of two: room for sixteen million.
const BITS: u32 = 8;
const WIDTH: usize = 1 << BITS;

/// Values by their number, from 0 without gaps.
#[derive(Debug)]
pub(crate) struct Numbered<T> {
    root: Arc<Vec<Branch<T>>>,
    len: u32,
}

type Branch<T> = Arc<Vec<Arc<Vec<T>>>>;

impl<T: Clone> Numbered<T> {
    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.len as usize
    }

    /// The value of a number.
    pub(crate) fn get(&self, number: u32) -> Option<&T> {
        let (branch, leaf, entry) = places(number);
        self.root.get(branch)?.get(leaf)?.get(entry)
    }

    /// The value of a number, to change it.
    pub(crate) fn get_mut(&mut self, number: u32) -> Option<&mut T> {
        let (branch, leaf, entry) = places(number);
        if number >= self.len {
            return None;
        }
        let branch = Arc::make_mut(&mut self.root).get_mut(branch)?;
        Arc::make_mut(Arc::make_mut(branch).get_mut(leaf)?).get_mut(entry)
    }

    /// Adds a value and returns its number.
    pub(crate) fn push(&mut self, value: T) -> u32 {
        let number = self.len;
        let (branch, leaf, _) = places(number);
        let root = Arc::make_mut(&mut self.root);
        if branch == root.len() {
            root.push(Arc::default());
        }
        let leaves = Arc::make_mut(&mut root[branch]);
        if leaf == leaves.len() {
            leaves.push(Arc::default());
        }
        Arc::make_mut(&mut leaves[leaf]).push(value);
        self.len += 1;
        number
    }

    /// All values in the order of their numbers.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        self.root.iter().flat_map(|branch| branch.iter()).flat_map(|leaf| leaf.iter())
    }
}

impl<T> Default for Numbered<T> {
    fn default() -> Self {
        Self { root: Arc::default(), len: 0 }
    }
}
impl<T> Clone for Numbered<T> {
    fn clone(&self) -> Self {
        Self { root: self.root.clone(), len: self.len }
    }
}

const fn places(number: u32) -> (usize, usize, usize) {
    let number = number as usize;
    (number >> (2 * BITS), (number >> BITS) % WIDTH, number % WIDTH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clone_keeps_what_it_had() {
        let mut list = Numbered::default();
        (0..70_000u32).for_each(|value| assert_eq!(list.push(value), value));
        let before = list.clone();
        *list.get_mut(65_537).unwrap() = 1;
        list.push(2);
        assert_eq!((before.len(), before.get(65_537), before.get(70_000)), (70_000, Some(&65_537), None));
        assert_eq!((list.len(), list.get(65_537), list.get(70_000)), (70_001, Some(&1), Some(&2)));
        assert_eq!(list.get_mut(70_001), None);
        assert!(before.iter().copied().eq(0..70_000));
    }

    #[test]
    fn a_change_copies_its_own_leaf_only() {
        let mut list = Numbered::default();
        (0..1_000u32).for_each(|value| _ = list.push(value));
        let before = list.clone();
        *list.get_mut(300).unwrap() = 0;
        let leaf = |list: &Numbered<u32>, at: usize| Arc::as_ptr(&list.root[0][at]);
        assert_eq!(leaf(&list, 0), leaf(&before, 0));
        assert_ne!(leaf(&list, 1), leaf(&before, 1));
    }
}

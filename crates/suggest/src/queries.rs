//! What many people searched for, to complete what others type.

use std::collections::{BTreeMap, BTreeSet};

/// What fewer persons searched for is nobody else's to see.
pub const LEAST_PERSONS: u64 = 5;

/// So many of them are kept.
const KEPT: usize = 2_000;

/// A longer text is no search that anybody completes.
const MOST_CHARS: usize = 60;

/// Of one person no more texts count: a program is no crowd.
const OF_ONE: usize = 200;

/// Counts by how many persons each text was searched for.
#[derive(Debug, Clone, Default)]
pub(crate) struct Queries {
    persons: BTreeMap<String, u64>,
    /// What the present person searched for.
    own: BTreeSet<String>,
}

impl Queries {
    /// The present person searched for something.
    pub(crate) fn add(&mut self, text: &str) {
        let plain = text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
        let is_short = !plain.is_empty() && plain.chars().nth(MOST_CHARS).is_none();
        if is_short && self.own.len() < OF_ONE {
            self.own.insert(plain);
        }
    }

    /// The present person is over.
    pub(crate) fn close(&mut self) {
        for text in std::mem::take(&mut self.own) {
            *self.persons.entry(text).or_default() += 1;
        }
    }

    /// What enough persons searched for, with how many did, the most first.
    pub(crate) fn of_many(&self) -> Vec<(String, u64)> {
        let many = self.persons.iter().filter(|(_, persons)| **persons >= LEAST_PERSONS);
        let mut many: Vec<(String, u64)> = many.map(|(text, persons)| (text.clone(), *persons)).collect();
        // Texts came in their order, and equals stay in it.
        many.sort_by_key(|(_, persons)| std::cmp::Reverse(*persons));
        many.truncate(KEPT);
        many
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_few_searched_for_is_nobody_elses() {
        let mut queries = Queries::default();
        for person in 0..LEAST_PERSONS {
            for _ in 0..9 {
                queries.add(" Hiking   BOOTS ");
            }
            if person > 0 {
                queries.add("a name of somebody");
            }
            queries.add("tent");
            queries.close();
        }
        queries.add("tent");
        queries.add(&"t".repeat(MOST_CHARS + 1));
        queries.add("  ");
        queries.close();
        let found = [("tent".to_owned(), LEAST_PERSONS + 1), ("hiking boots".to_owned(), LEAST_PERSONS)];
        assert_eq!(queries.of_many(), found);
    }
}

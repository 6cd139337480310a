//! Words that the catalog has and that somebody may have meant.

use std::collections::BTreeMap;

use tantivy::{
    Term,
    query::{DfaWrapper, FuzzyTermQuery},
};

use crate::{
    error::SearchError,
    limits::{BEGUN_SCAN, BEGUN_WORDS, CORRECTIONS},
    snapshot::Snapshot,
};

/// A word of the catalog.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Known {
    pub(crate) word: String,
    /// In how many items it stands.
    pub(crate) items: u64,
}

/// How many letters may be wrong in a word of so many: none below 4, one from 4, two from 8. A letter too many, one too
/// few, another one, or two that changed places.
pub(crate) fn tolerated(word: &str) -> u8 {
    match word.chars().count() {
        0..4 => 0,
        4..8 => 1,
        _ => 2,
    }
}

impl Snapshot {
    /// The most frequent words that begin with some letters, most first.
    pub(crate) fn begun(&self, prefix: &str) -> Result<Vec<Known>, SearchError> {
        let mut items: BTreeMap<String, u64> = BTreeMap::new();
        for reader in self.searcher.segment_readers() {
            let index = reader.inverted_index(self.fields.word)?;
            let mut stream = index.terms().range().ge(prefix.as_bytes()).into_stream()?;
            let mut left = BEGUN_SCAN;
            while left > 0 && stream.advance() && stream.key().starts_with(prefix.as_bytes()) {
                add(&mut items, stream.key(), stream.value().doc_freq);
                left -= 1;
            }
        }
        Ok(most_frequent(items, BEGUN_WORDS))
    }

    /// The words that differ from this one by the fewest letters, the most frequent first, and by how many letters.
    /// Words with digits have none: a wrong size is worse than none.
    pub(crate) fn near(&self, word: &str) -> Result<(u8, Vec<Known>), SearchError> {
        let most = if word.chars().any(|mark| mark.is_ascii_digit()) { 0 } else { tolerated(word) };
        for distance in 1..=most {
            let mut items = BTreeMap::new();
            for reader in self.searcher.segment_readers() {
                let index = reader.inverted_index(self.fields.word)?;
                let mut stream = index.terms().search(automaton(self, word, distance)?).into_stream()?;
                while stream.advance() {
                    add(&mut items, stream.key(), stream.value().doc_freq);
                }
            }
            items.remove(word);
            if !items.is_empty() {
                return Ok((distance, most_frequent(items, CORRECTIONS)));
            }
        }
        Ok((0, Vec::new()))
    }

    /// In how many items a word stands as it is, outside of descriptions.
    pub(crate) fn items_with(&self, word: &str) -> Result<u64, SearchError> {
        Ok(self.searcher.doc_freq(&Term::from_field_text(self.fields.word, word))?)
    }

    /// Two words that somebody may have written as one, each of at least three letters: `porte` and `monnaie`. Of
    /// several, those whose rarer one is the most frequent.
    pub(crate) fn split(&self, word: &str) -> Result<Option<(String, String)>, SearchError> {
        let mut best: Option<(u64, (String, String))> = None;
        for (at, _) in word.char_indices().skip(3) {
            let (left, right) = word.split_at(at);
            if right.chars().count() < 3 {
                break;
            }
            let items = match self.items_with(left)? {
                0 => 0,
                items => items.min(self.items_with(right)?),
            };
            if items > best.as_ref().map_or(0, |(items, _)| *items) {
                best = Some((items, (left.to_owned(), right.to_owned())));
            }
        }
        Ok(best.map(|(_, words)| words))
    }
}

fn automaton(snapshot: &Snapshot, word: &str, distance: u8) -> Result<DfaWrapper, SearchError> {
    Ok(FuzzyTermQuery::new(Term::from_field_text(snapshot.fields.word, word), distance, true).automaton()?)
}

fn add(items: &mut BTreeMap<String, u64>, key: &[u8], more: u32) {
    if let Ok(word) = std::str::from_utf8(key) {
        *items.entry(word.to_owned()).or_default() += u64::from(more);
    }
}

fn most_frequent(items: BTreeMap<String, u64>, most: usize) -> Vec<Known> {
    let mut known: Vec<Known> = items.into_iter().map(|(word, items)| Known { word, items }).collect();
    known.sort_by(|one, other| other.items.cmp(&one.items).then_with(|| one.word.cmp(&other.word)));
    known.truncate(most);
    known
}

#[cfg(test)]
mod tests {
    use super::tolerated;

    #[test]
    fn longer_words_may_have_more_mistakes() {
        for (word, expected) in [("été", 0), ("boot", 1), ("éééé", 1), ("jackets", 1), ("backpack", 2)] {
            assert_eq!(tolerated(word), expected, "{word}");
        }
    }
}

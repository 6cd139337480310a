//! The site's own search: plain words, as shops have it. It knows no synonyms and mends no typing errors.

use std::collections::BTreeMap;

use super::{Item, rows::ROWS};
use crate::person::Tongue;

/// Which items have which words, in both languages.
#[derive(Debug, Clone, Default)]
pub(super) struct Index {
    french: BTreeMap<String, Vec<u32>>,
    english: BTreeMap<String, Vec<u32>>,
}

/// Words that say nothing. Folded.
const STOP_WORDS: [&str; 22] = [
    "a", "au", "aux", "d", "de", "des", "du", "en", "et", "l", "la", "le", "les", "pour", "un", "une", "and", "for",
    "in", "of", "s", "the",
];

impl Index {
    /// The index of items, in the order in which they are to be found: a place in `ranked` is an item's rank.
    pub(super) fn new<'a>(ranked: impl Iterator<Item = &'a Item>) -> Self {
        let mut index = Self::default();
        for (rank, item) in ranked.enumerate() {
            let noun = ROWS[usize::from(item.category.0)].noun;
            let (fr, en) = item.family.name();
            insert(&mut index.french, rank as u32, &[&item.name.fr, noun.0, fr]);
            insert(&mut index.english, rank as u32, &[&item.name.en, noun.1, en]);
        }
        index
    }

    /// The ranks of what has all known words of a query for which `is_sold` holds, at most `most`. If nothing has all
    /// of them: of what has most of them.
    pub(super) fn find(&self, query: &str, tongue: Tongue, most: usize, is_sold: impl Fn(u32) -> bool) -> Vec<u32> {
        let words = match tongue {
            Tongue::French => &self.french,
            Tongue::English => &self.english,
        };
        let mut lists: Vec<&[u32]> = Vec::new();
        folded(query, |word| lists.extend(words.get(word).map(Vec::as_slice)));
        lists.sort_unstable_by_key(|list| list.len());
        let Some((shortest, others)) = lists.split_first() else { return Vec::new() };
        let in_all = |rank: &u32| others.iter().all(|list| list.binary_search(rank).is_ok());
        let found: Vec<u32> =
            shortest.iter().copied().filter(|rank| in_all(rank) && is_sold(*rank)).take(most).collect();
        if !found.is_empty() || others.is_empty() {
            return found;
        }
        let mut hits: BTreeMap<u32, usize> = BTreeMap::new();
        for rank in lists.iter().copied().flatten().filter(|rank| is_sold(**rank)) {
            *hits.entry(*rank).or_default() += 1;
        }
        let mut by_hits: Vec<(usize, u32)> = hits.into_iter().map(|(rank, hits)| (hits, rank)).collect();
        by_hits.sort_unstable_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
        by_hits.into_iter().take(most).map(|(_, rank)| rank).collect()
    }
}

fn insert(index: &mut BTreeMap<String, Vec<u32>>, rank: u32, texts: &[&str]) {
    for text in texts {
        folded(text, |word| match index.get_mut(word) {
            Some(ranks) if ranks.last() == Some(&rank) => {}
            Some(ranks) => ranks.push(rank),
            None => drop(index.insert(word.to_owned(), vec![rank])),
        });
    }
}

/// The words of a text without accents, capitals, plurals and words that say nothing.
fn folded(text: &str, mut each: impl FnMut(&str)) {
    let mut word = String::new();
    for letter in text.chars().chain([' ']) {
        if letter.is_alphanumeric() {
            letter.to_lowercase().for_each(|lower| fold(lower, &mut word));
            continue;
        }
        if word.len() > 3 && word.ends_with(['s', 'x']) {
            word.pop();
        }
        if !word.is_empty() && !STOP_WORDS.contains(&word.as_str()) {
            each(&word);
        }
        word.clear();
    }
}

fn fold(letter: char, word: &mut String) {
    word.push(match letter {
        'à' | 'â' | 'ä' => 'a',
        'ç' => 'c',
        'é' | 'è' | 'ê' | 'ë' => 'e',
        'î' | 'ï' => 'i',
        'ô' | 'ö' => 'o',
        'ù' | 'û' | 'ü' => 'u',
        'œ' => return word.push_str("oe"),
        other => other,
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_without_accents_capitals_and_plurals() {
        let words = |text| {
            let mut words = Vec::new();
            folded(text, |word| words.push(word.to_owned()));
            words
        };
        assert_eq!(words("Chaussures d’Été, pour l’ŒIL"), ["chaussure", "ete", "oeil"]);
        assert_eq!(words("women’s boots"), ["women", "boot"]);
        assert_eq!(words(" – "), [""; 0]);
    }
}

//! What typing may become: past queries, categories, items.

use std::collections::BTreeMap;

use tantivy::{Searcher, schema::Field};

use crate::{
    error::SearchError,
    found::Hit,
    limits::{CATEGORIES, COMPLETIONS, POPULAR, QUERY_CHARS},
    request::{Count, Filters, LastWord, Page, Request},
    snapshot::Snapshot,
    stems::Language,
    words::{chunks, line},
};

/// What people searched for, and how often.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Popular {
    list: Suggestions,
}

impl Popular {
    /// Takes queries with how often each was asked; of more than [`POPULAR`] the most frequent. Those that read alike
    /// are one, shown as the most frequent was written.
    pub fn of<'a>(queries: impl IntoIterator<Item = (&'a str, u64)>) -> Self {
        let named = queries.into_iter().map(|(query, times)| (query.to_owned(), times));
        Self { list: Suggestions::of(named, POPULAR) }
    }
}

/// The categories that items are in, with how many are.
#[derive(Debug, Default)]
pub(crate) struct Categories {
    list: Suggestions,
}

impl Categories {
    pub(crate) fn of(searcher: &Searcher, field: Field) -> Result<Self, SearchError> {
        let mut items: BTreeMap<String, u64> = BTreeMap::new();
        for reader in searcher.segment_readers() {
            let index = reader.inverted_index(field)?;
            let mut stream = index.terms().stream()?;
            while items.len() < CATEGORIES && stream.advance() {
                if let Ok(path) = std::str::from_utf8(stream.key()) {
                    *items.entry(path.to_owned()).or_default() += u64::from(stream.value().doc_freq);
                }
            }
        }
        Ok(Self { list: Suggestions::of(items, CATEGORIES) })
    }
}

/// What a text that is being typed may become.
#[derive(Debug, Clone, PartialEq)]
pub struct Completions {
    /// Past queries, the most frequent first.
    pub queries: Vec<String>,
    /// Paths of categories, those with most items first.
    pub categories: Vec<String>,
    /// Items, the best first.
    pub items: Vec<Hit>,
}

/// How many of each are wanted, at most [`COMPLETIONS`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wanted {
    /// Past queries.
    pub queries: usize,
    /// Categories.
    pub categories: usize,
    /// Items.
    pub items: usize,
}

impl Snapshot {
    /// Completes a text. Where nothing was typed there is nothing to complete.
    pub fn complete(
        &self,
        text: &str,
        language: Language,
        filters: &Filters<'_>,
        wanted: Wanted,
    ) -> Result<Completions, SearchError> {
        let typed = line(&chunks(text, QUERY_CHARS));
        if typed.is_empty() {
            return Ok(Completions { queries: Vec::new(), categories: Vec::new(), items: Vec::new() });
        }
        let page = Page { offset: 0, size: wanted.items.min(COMPLETIONS) };
        let items = match page.size {
            0 => Vec::new(),
            _ => {
                let request = Request::of(text, language);
                let last_word = LastWord::Begun;
                self.search(&Request { last_word, filters, page, count: Count::Shown, ..request })?.hits
            }
        };
        Ok(Completions {
            queries: self.lexicon.popular.list.complete(&typed, wanted.queries),
            categories: self.categories.list.complete(&typed, wanted.categories),
            items,
        })
    }
}

/// Texts by how they and each of their words begin.
#[derive(Debug, Clone, Default, PartialEq)]
struct Suggestions {
    /// As they are shown, the most frequent first.
    shown: Vec<String>,
    /// The folded text from each of its words on, sorted, and which text that is.
    begins: Vec<(String, u32)>,
}

impl Suggestions {
    fn of(texts: impl IntoIterator<Item = (String, u64)>, most: usize) -> Self {
        let mut by_line: BTreeMap<String, (u64, u64, String)> = BTreeMap::new();
        for (text, times) in texts {
            let key = line(&chunks(&text, QUERY_CHARS));
            if key.is_empty() {
                continue;
            }
            let (sum, most, shown) = by_line.entry(key).or_default();
            *sum = sum.saturating_add(times);
            if shown.is_empty() || times > *most {
                (*most, *shown) = (times, text);
            }
        }
        let mut sorted: Vec<(String, (u64, u64, String))> = by_line.into_iter().collect();
        sorted.sort_by(|one, other| other.1.0.cmp(&one.1.0).then_with(|| one.0.cmp(&other.0)));
        sorted.truncate(most);
        let mut suggestions = Self::default();
        for (at, (key, (_, _, shown))) in (0..).zip(sorted) {
            suggestions.shown.push(shown);
            suggestions.begins.push((key.clone(), at));
            let later = key.match_indices(' ').map(|(space, _)| (key[space + 1..].to_owned(), at));
            suggestions.begins.extend(later);
        }
        suggestions.begins.sort_unstable();
        suggestions
    }

    fn complete(&self, typed: &str, wanted: usize) -> Vec<String> {
        let from = self.begins.partition_point(|(begin, _)| &**begin < typed);
        let here = self.begins[from..].iter().take_while(|(begin, _)| begin.starts_with(typed));
        let mut found: Vec<u32> = here.map(|(_, at)| *at).collect();
        found.sort_unstable();
        found.dedup();
        let shown = found.into_iter().take(wanted.min(COMPLETIONS));
        shown.map(|at| self.shown[at as usize].clone()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_frequent_come_first_by_any_of_their_words() {
        let popular = Popular::of([("Running shoes", 5), ("running  SHOES", 7), ("trail shoes", 20), ("socks", 50)]);
        assert_eq!(popular.list.complete("sho", 10), ["trail shoes", "running  SHOES"]);
        assert_eq!(popular.list.complete("running s", 10), ["running  SHOES"]);
        assert_eq!(popular.list.complete("hoes", 10), [""; 0]);
    }

    #[test]
    fn lists_end_at_their_limits() {
        let queries: Vec<String> = (0..=POPULAR).map(|n| format!("q{n}")).collect();
        let popular = Popular::of(queries.iter().map(|query| (&**query, 1)));
        assert_eq!(popular.list.shown.len(), POPULAR);
        assert_eq!(popular.list.complete("q", COMPLETIONS + 1).len(), COMPLETIONS);
    }
}

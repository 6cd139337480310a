//! Words that mean the same, as the shop says.

use std::{collections::BTreeMap, sync::Arc};

use model::synonym::Synonym;

use crate::{
    limits::{QUERY_CHARS, QUERY_WORDS, SYNONYMS},
    stems::{Language, Stems},
    words::chunks,
};

/// Which phrases also find what another one says. Matched by stems, so that one form of a word stands for all.
#[derive(Debug, Clone, Default)]
pub struct Synonyms {
    /// By the stems of a phrase, in French and in English.
    of: Arc<BTreeMap<Vec<String>, Vec<String>>>,
}

impl Synonyms {
    /// Reads them; of more phrases than [`SYNONYMS`] the first.
    pub fn of(said: &[Synonym]) -> Self {
        let stems = Stems::new();
        let mut of: BTreeMap<Vec<String>, Vec<String>> = BTreeMap::new();
        let pairs = said.iter().flat_map(|synonym| match synonym {
            Synonym::Same(phrases) => phrases.iter().map(|sought| (sought, phrases)).collect::<Vec<_>>(),
            Synonym::Includes { sought, found } => vec![(sought, found)],
        });
        for (sought, found) in pairs.take(SYNONYMS) {
            for language in [Language::French, Language::English] {
                let key = key(sought, language, &stems);
                if key.is_empty() || key.len() > QUERY_WORDS {
                    continue;
                }
                let others = of.entry(key).or_default();
                for phrase in found.iter().filter(|phrase| *phrase != sought) {
                    if !others.iter().any(|other| **other == **phrase) {
                        others.push(phrase.to_string());
                    }
                }
            }
        }
        Self { of: Arc::new(of) }
    }

    /// The longest phrase that the words begin with and that has synonyms: how many words it has, and what they are.
    pub(crate) fn at(&self, words: &[&str], language: Language, stems: &Stems) -> Option<(usize, &[String])> {
        if self.of.is_empty() {
            return None;
        }
        let languages: &[Language] = match language {
            Language::Any => &[Language::French, Language::English],
            Language::French => &[Language::French],
            Language::English => &[Language::English],
        };
        let longest = words.len().min(QUERY_WORDS);
        (1..=longest).rev().find_map(|length| {
            languages.iter().find_map(|language| {
                let key: Vec<String> = words[..length].iter().flat_map(|word| stems.of(word, *language)).collect();
                self.of.get(&key).map(|found| (length, &found[..]))
            })
        })
    }
}

fn key(phrase: &str, language: Language, stems: &Stems) -> Vec<String> {
    let said = chunks(phrase, QUERY_CHARS);
    said.iter().flat_map(|chunk| &chunk.parts).flat_map(|word| stems.of(word, language)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_phrase_wins_in_any_form_of_its_words() {
        let stems = Stems::new();
        let synonyms = Synonyms::of(&[
            Synonym::Same(vec!["gore tex".into(), "gtx".into()]),
            Synonym::Includes { sought: "gore".into(), found: vec!["blood".into()] },
        ]);
        let at = |words: &[&str]| synonyms.at(words, Language::English, &stems).map(|(n, found)| (n, found.to_vec()));
        assert_eq!(at(&["gore", "tex", "boots"]), Some((2, vec!["gtx".to_owned()])));
        assert_eq!(at(&["gores"]), Some((1, vec!["blood".to_owned()])));
        assert_eq!(at(&["gtx"]), Some((1, vec!["gore tex".to_owned()])));
        assert_eq!(at(&["blood"]), None);
    }

    #[test]
    fn phrases_end_at_the_limit() {
        let phrases: Vec<String> = (0..=SYNONYMS).map(|n| format!("p{n}")).collect();
        let includes = |sought: &String| Synonym::Includes { sought: sought.as_str().into(), found: vec!["x".into()] };
        let said: Vec<Synonym> = phrases.iter().map(includes).collect();
        let synonyms = Synonyms::of(&said);
        let at = |n: usize| synonyms.at(&[&phrases[n]], Language::Any, &Stems::new()).is_some();
        assert!(at(SYNONYMS - 1));
        assert!(!at(SYNONYMS));
    }
}

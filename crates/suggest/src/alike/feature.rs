//! What is said of an item, as features with weights.

use std::hash::Hasher;

use catalog::{catalog::Catalog, item::Attribute, number::CategoryNumber, view::ItemView};
use rustc_hash::{FxHashMap, FxHashSet, FxHasher};

use crate::gather::folded;

/// The features of an item by name, in rising order, with their weights.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Features {
    names: Box<[u32]>,
    /// In hundredths.
    weights: Box<[u8]>,
}

/// What a word of a title weighs; nothing else of a word's kind weighs as much.
pub(super) const TITLE: f32 = 2.0;
/// What a word of a description weighs.
const DESCRIPTION: f32 = 0.3;
/// What a word of an image's alternative text weighs.
const IMAGE: f32 = 0.5;
/// What everything else weighs.
const OTHER: f32 = 1.0;

/// Words of a description beyond these say no more.
const DESCRIPTION_WORDS: usize = 40;
/// And words of the texts of images.
const IMAGE_WORDS: usize = 20;
/// An attribute's text that is longer is prose, and no value that others share.
const VALUE_BYTES: usize = 60;
/// Price bands grow by a fifth.
const BAND: f64 = 1.2;

impl Features {
    /// What an item is like. Prices are the usual ones, so that a sale changes nothing.
    pub(super) fn of(item: &ItemView<'_>) -> Self {
        let mut all = FxHashMap::<u32, f32>::default();
        let mut add = |feature: u32, weight: f32| {
            let known = all.entry(feature).or_default();
            *known = known.max(weight);
        };
        for texts in item.texts() {
            words(texts.title).for_each(|text| add(word(&text), TITLE));
            words(texts.description).take(DESCRIPTION_WORDS).for_each(|text| add(word(&text), DESCRIPTION));
        }
        let shown = item.images().flat_map(|(_, alt)| words(alt).collect::<Vec<_>>());
        shown.take(IMAGE_WORDS).for_each(|text| add(word(&text), IMAGE));
        item.brand().into_iter().for_each(|brand| add(named("brand", &[brand]), OTHER));
        item.tags().for_each(|tag| add(named("tag", &[tag]), OTHER));
        item.categories().iter().for_each(|category| {
            levels(item.catalog(), *category).into_iter().for_each(|level| add(level, OTHER));
        });
        for (name, value) in item.attributes() {
            values(&value).iter().for_each(|value| add(named("attribute", &[name, value]), OTHER));
        }
        let price = item.prices(item.priced_at()).map(|prices| prices.price_cents).filter(|cents| *cents > 0);
        if let Some(cents) = price {
            let band = (libm::log(cents as f64) / libm::log(BAND)) as i64;
            for (band, weight) in [(band - 1, OTHER / 2.0), (band, OTHER), (band + 1, OTHER / 2.0)] {
                add(named("price", &[&band.to_string()]), weight);
            }
        }
        let mut all: Vec<(u32, f32)> = all.into_iter().collect();
        all.sort_unstable_by_key(|(name, _)| *name);
        let hundredths = |weight: f32| (weight * 100.0) as u8;
        Self {
            names: all.iter().map(|(name, _)| *name).collect(),
            weights: all.iter().map(|(_, weight)| hundredths(*weight)).collect(),
        }
    }

    pub(super) fn names(&self) -> impl Iterator<Item = u32> + '_ {
        self.names.iter().copied()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (u32, f32)> + '_ {
        self.names().zip(self.weights.iter().map(|weight| f32::from(*weight) / 100.0))
    }

    pub(super) fn has(&self, name: u32) -> bool {
        self.names.binary_search(&name).is_ok()
    }

    /// What a feature weighs; 0 if it is none of the item.
    pub(super) fn weight(&self, name: u32) -> f32 {
        self.names.binary_search(&name).map_or(0.0, |place| f32::from(self.weights[place]) / 100.0)
    }

    pub(super) fn bytes(&self) -> usize {
        self.names.len() * 5
    }
}

/// The feature of a word, folded as [`words`] does.
pub(super) fn word(word: &str) -> u32 {
    named("word", &[word])
}

/// The words of a text, each once, in lower case, without accents and without an `s` at their end, so that `Boots` is
/// found by `boot`; those of one or two letters left out.
pub(super) fn words(text: &str) -> impl Iterator<Item = String> {
    let mut seen = FxHashSet::default();
    let split = text.split(|letter: char| !letter.is_alphanumeric()).filter(|word| word.chars().count() > 2);
    let folded = split.map(|word| {
        let mut word: String = word.chars().flat_map(char::to_lowercase).map(plain).collect();
        if word.len() > 3 && word.ends_with('s') {
            word.pop();
        }
        word
    });
    let each: Vec<String> = folded.filter(|word| seen.insert(word.clone())).collect();
    each.into_iter()
}

/// A letter without its accent, of those of Western European languages.
fn plain(letter: char) -> char {
    match letter {
        'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' => 'a',
        'ç' => 'c',
        'è' | 'é' | 'ê' | 'ë' => 'e',
        'ì' | 'í' | 'î' | 'ï' => 'i',
        'ñ' => 'n',
        'ò' | 'ó' | 'ô' | 'õ' | 'ö' => 'o',
        'ù' | 'ú' | 'û' | 'ü' => 'u',
        'ý' | 'ÿ' => 'y',
        letter => letter,
    }
}

/// A category and all above it.
fn levels(catalog: &Catalog, category: CategoryNumber) -> Vec<u32> {
    let path: Vec<&str> = catalog.category_path(category).collect();
    (1..=path.len()).map(|level| named("category", &path[..level])).collect()
}

fn values(attribute: &Attribute) -> Vec<String> {
    let all = match attribute {
        Attribute::Text(text) => vec![text.to_lowercase()],
        Attribute::Number(number) => vec![number.get().to_string()],
        Attribute::Flag(yes) => vec![yes.to_string()],
        Attribute::List(texts) => texts.iter().map(|text| text.to_lowercase()).collect(),
    };
    all.into_iter().filter(|value| value.len() <= VALUE_BYTES).collect()
}

/// A number for a text, the same for the same one.
pub(crate) fn number_of_text(text: &str) -> u32 {
    named("text", &[text])
}

fn named(family: &str, parts: &[&str]) -> u32 {
    let mut hasher = FxHasher::default();
    for part in std::iter::once(&family).chain(parts) {
        hasher.write(part.as_bytes());
        hasher.write_u8(0xff);
    }
    folded(hasher.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_folded_so_that_a_query_finds_a_title() {
        let all = |text| words(text).collect::<Vec<_>>();
        assert_eq!(all("Boots, boot & BOOTS of Gore-Tex"), ["boot", "gore", "tex"]);
        assert_eq!(all("Chaussures imperméables à 3D"), ["chaussure", "impermeable"]);
    }
}

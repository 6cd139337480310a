//! Queries by which somebody looks for one item that they know.

use crate::catalog::{Chance, Item};

/// How a query says what it looks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// Two to four words of its title.
    Title,
    /// Two words of its title and a word of an attribute.
    TitleAndAttribute,
    /// Its brand and words of two attributes.
    Attributes,
    /// As the first, with a letter missing in a word.
    Mistyped,
}

pub(crate) const KINDS: [Kind; 4] = [Kind::Title, Kind::TitleAndAttribute, Kind::Attributes, Kind::Mistyped];

/// A query for an item, if the item has the words for one.
pub(crate) fn query(item: &Item, kind: Kind, chance: &mut Chance) -> Option<String> {
    let words: Vec<&str> = item.title.split_whitespace().filter(|word| word.chars().count() > 1).collect();
    let values: Vec<&str> =
        item.attributes.iter().map(|(_, value)| &**value).filter(|value| is_telling(value)).collect();
    if words.len() < 4 || values.len() < 2 {
        return None;
    }
    let value_word = |chance: &mut Chance| {
        let words: Vec<&str> = chance.of(&values).split_whitespace().collect();
        (*chance.of(&words)).to_owned()
    };
    Some(match kind {
        Kind::Title => {
            let most = 2 + chance.below(3) as usize;
            some(&words, most, chance).join(" ")
        }
        Kind::TitleAndAttribute => format!("{} {}", some(&words, 2, chance).join(" "), value_word(chance)),
        Kind::Attributes => format!("{} {} {}", item.brand, value_word(chance), value_word(chance)),
        Kind::Mistyped => {
            let mut picked: Vec<String> = some(&words, 3, chance).into_iter().map(str::to_owned).collect();
            let word =
                picked.iter_mut().find(|word| word.len() > 4 && word.bytes().all(|byte| byte.is_ascii_alphabetic()))?;
            let at = 1 + chance.below(u32::try_from(word.len()).expect("it is short") - 2) as usize;
            word.remove(at);
            picked.join(" ")
        }
    })
}

fn is_telling(value: &str) -> bool {
    !value.trim().is_empty() && value != "true" && value != "false"
}

/// Some of the words, in their order.
fn some<'a>(words: &[&'a str], most: usize, chance: &mut Chance) -> Vec<&'a str> {
    let mut places: Vec<usize> = (0..words.len()).collect();
    while places.len() > most {
        places.remove(chance.below(u32::try_from(places.len()).expect("there are few")) as usize);
    }
    places.into_iter().map(|at| words[at]).collect()
}

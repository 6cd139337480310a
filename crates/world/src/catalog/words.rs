//! The words that names and descriptions of items are made of. Brands are invented.

use std::sync::LazyLock;

use super::Family;

const LIST: &str = include_str!("../../data/words.txt");

/// What sets an item apart: in French after the noun, in English before it; then why it matters.
#[derive(Debug, Clone, Copy)]
pub(super) struct Property {
    /// Short: for the name.
    pub name: (&'static str, &'static str),
    /// A sentence: for the description.
    pub why: (&'static str, &'static str),
}

/// All words.
#[derive(Debug)]
pub(super) struct Words {
    /// By family: the brands that make it.
    brands: [Vec<&'static str>; Family::ALL.len()],
    /// By family: what sets its items apart.
    properties: [Vec<Property>; Family::ALL.len()],
    /// Names of lines.
    pub lines: Vec<&'static str>,
}

/// The words of the list.
pub(super) static WORDS: LazyLock<Words> = LazyLock::new(|| Words::read(LIST));

impl Words {
    /// The brands that make a family.
    pub(super) fn brands(&self, family: Family) -> &[&'static str] {
        &self.brands[family as usize]
    }

    /// What sets the items of a family apart.
    pub(super) fn properties(&self, family: Family) -> &[Property] {
        &self.properties[family as usize]
    }

    fn read(list: &'static str) -> Self {
        let mut words = Self { brands: Default::default(), properties: Default::default(), lines: Vec::new() };
        for line in list.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let parts: Vec<&'static str> = line.split(" | ").collect();
            match parts[..] {
                ["brand", name, families] => {
                    families.split(' ').for_each(|slug| words.brands[number(slug)].push(name));
                }
                ["line", names] => words.lines.extend(names.split(' ')),
                ["property", family, fr, en, why_fr, why_en] => {
                    words.properties[number(family)].push(Property { name: (fr, en), why: (why_fr, why_en) });
                }
                _ => unreachable!("a line of data/words.txt is of no kind: {line}"),
            }
        }
        words
    }
}

fn number(slug: &str) -> usize {
    let family = Family::ALL.into_iter().find(|family| family.slug() == slug);
    family.map(|family| family as usize).expect("data/words.txt names families by their slugs")
}

/// What something is for, in both languages, as after "for".
pub(super) fn purpose(purpose: &str) -> (&'static str, &'static str) {
    match purpose {
        "trek" => ("le trek de plusieurs jours", "treks of several days"),
        "alpine" => ("l’alpinisme facile", "easy mountaineering"),
        "city" => ("la ville et les week-ends", "town and weekends"),
        "trail" => ("la course en sentier", "trail running"),
        _ => ("la randonnée à la journée", "day hikes"),
    }
}

/// Where something is used, in both languages.
pub(super) fn terrain(terrain: &str) -> (&'static str, &'static str) {
    match terrain {
        "coast" => ("au bord de la mer", "by the sea"),
        "forest" => ("en forêt", "in the forest"),
        "snow" => ("sur la neige", "on snow"),
        _ => ("en montagne", "in the mountains"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_family_has_brands_and_properties_and_lines_are_a_prime_number() {
        for family in Family::ALL {
            assert!(WORDS.brands(family).len() >= 7, "{family:?}");
            assert_eq!(WORDS.properties(family).len(), 5, "{family:?}");
        }
        let lines = WORDS.lines.len();
        assert!((2..lines).all(|divisor| !lines.is_multiple_of(divisor)), "{lines}");
    }
}

//! Names and descriptions: brand × line × noun × property, in French and in English.

use super::{
    Cut, Family, Text,
    words::{Property, WORDS, purpose, terrain},
};

/// What an item is called after, and what it is like.
#[derive(Debug, Clone, Copy)]
pub(super) struct Named {
    /// What it is, in both languages.
    pub noun: (&'static str, &'static str),
    /// The brand.
    pub brand: &'static str,
    /// The line.
    pub line: &'static str,
    /// What sets it apart.
    pub property: Property,
    /// Whether water stays out.
    pub is_waterproof: bool,
    /// For whom.
    pub cut: Cut,
    /// What for.
    pub purpose: &'static str,
    /// Where.
    pub terrain: &'static str,
    /// In grams.
    pub weight: u32,
}

/// The brand and the line of the `nth` item of a category of a family. No two items of a category have the same ones
/// up to some hundreds; `shift` makes categories begin elsewhere.
pub(super) fn brand_and_line(family: Family, nth: usize, shift: usize) -> (&'static str, &'static str) {
    let (brands, lines) = (WORDS.brands(family), &WORDS.lines);
    // The number of lines is prime, so each brand goes round all of them before it takes one again.
    let (brand, round) = (nth % brands.len(), nth / brands.len());
    (brands[brand], lines[(shift + round * 7 + brand * 11) % lines.len()])
}

/// `Kestrane Cairn, chaussures de montagne imperméables en cuir, femme`.
pub(super) fn name(named: &Named) -> Text {
    let Named { noun: (fr, en), brand, line, property, .. } = named;
    let (proof_fr, proof_en) = match (named.is_waterproof, is_plural(fr)) {
        (false, _) => ("", ""),
        (true, false) => (" imperméable", "waterproof "),
        (true, true) => (" imperméables", "waterproof "),
    };
    let (cut_fr, cut_en) = match named.cut {
        Cut::Women => (", femme", ", women’s"),
        Cut::Men => (", homme", ", men’s"),
        Cut::All | Cut::Children => ("", ""),
    };
    let (with_fr, with_en) = property.name;
    Text {
        fr: format!("{brand} {line}, {fr}{proof_fr} {with_fr}{cut_fr}"),
        en: format!("{brand} {line} {proof_en}{with_en} {en}{cut_en}"),
    }
}

/// Why it is good, what it is for, what it weighs.
pub(super) fn description(named: &Named) -> Text {
    let ((why_fr, why_en), weight) = (named.property.why, named.weight);
    let ((for_fr, for_en), (in_fr, in_en)) = (purpose(named.purpose), terrain(named.terrain));
    Text {
        fr: format!("{why_fr} Pour {for_fr}, {in_fr}. Poids : {weight} g."),
        en: format!("{why_en} For {for_en}, {in_en}. Weight: {weight} g."),
    }
}

/// `chaussures de montagne` becomes `Chaussures de montagne`.
pub(super) fn capitalized(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// Whether the first word of a French noun is a plural: of those in the table all that end in `s`.
fn is_plural(noun: &str) -> bool {
    noun.split(' ').next().is_some_and(|word| word.ends_with('s'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_well_in_both_languages() {
        let named = Named {
            noun: ("chaussures de montagne", "mountain boots"),
            brand: "Kestrane",
            line: "Cairn",
            property: WORDS.properties(Family::Boots)[0],
            is_waterproof: true,
            cut: Cut::Women,
            purpose: "alpine",
            terrain: "mountain",
            weight: 1_420,
        };
        let Text { fr, en } = name(&named);
        assert_eq!(fr, "Kestrane Cairn, chaussures de montagne imperméables en cuir, femme");
        assert_eq!(en, "Kestrane Cairn waterproof leather mountain boots, women’s");
        let Text { fr, en } = description(&named);
        assert_eq!(
            fr,
            "Le cuir se fait au pied et se ressemelle. Pour l’alpinisme facile, en montagne. Poids : 1420 g."
        );
        assert!(en.ends_with("For easy mountaineering, in the mountains. Weight: 1420 g."), "{en}");
    }

    #[test]
    fn a_brand_has_one_item_of_a_line_until_all_are_used() {
        for family in Family::ALL {
            let mut seen: Vec<_> = (0..350).map(|nth| brand_and_line(family, nth, 3)).collect();
            seen.sort_unstable();
            seen.dedup();
            assert_eq!(seen.len(), 350, "{family:?}");
        }
    }
}

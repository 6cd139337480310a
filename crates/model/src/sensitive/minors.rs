//! Groups of persons who are likely to be minors.

use super::words::{Word, words};

/// Who is a minor.
const MINORS: [&str; 33] = [
    "minor",
    "minors",
    "mineur",
    "mineurs",
    "mineure",
    "mineures",
    "underage",
    "child",
    "children",
    "kid",
    "kids",
    "enfant",
    "enfants",
    "teen",
    "teens",
    "teenager",
    "teenagers",
    "ado",
    "ados",
    "adolescent",
    "adolescents",
    "adolescente",
    "adolescentes",
    "preteen",
    "preteens",
    "tween",
    "tweens",
    "schoolchild",
    "schoolchildren",
    "pupils",
    "ecoliers",
    "collegiens",
    "lyceens",
];

/// Words that leave them who they are.
const FILLERS: [&str; 27] = [
    "likely",
    "probable",
    "probables",
    "probably",
    "possible",
    "suspected",
    "young",
    "jeunes",
    "our",
    "nos",
    "all",
    "tous",
    "new",
    "nouveaux",
    "active",
    "actifs",
    "online",
    "customers",
    "clients",
    "visitors",
    "visiteurs",
    "users",
    "persons",
    "people",
    "audience",
    "segment",
    "group",
];

/// Whether a name of a group of persons says that they are minors: `minors`, `likely-minors`, `under-18`, `nos-ados`.
/// What is for children is none: `kids-shoes`, `parents-of-teens`, `children-books`.
pub fn names_minors(name: &str) -> bool {
    let mut minors = 0;
    let only = words(name).all(|word| {
        let word = word.as_str();
        let is_minor = MINORS.contains(&word);
        minors += usize::from(is_minor);
        is_minor || FILLERS.contains(&word)
    });
    (only && minors > 0) || is_under_age(name)
}

/// Whether a name ends with an age below 18 or just that: `under-18`, `moins de 16 ans`; a price is none.
fn is_under_age(name: &str) -> bool {
    let (mut before, mut found) = (Word::NONE, false);
    for word in words(name) {
        let this = word.as_str();
        found = match this.parse::<u8>() {
            Ok(age) => (5..=18).contains(&age) && matches!(before.as_str(), "under" | "below" | "moins" | "sous"),
            Err(_) => found && matches!(this, "s" | "y" | "yo" | "years" | "year" | "old" | "ans"),
        };
        before = word;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_of_minors_are_found_and_what_is_for_children_is_not() {
        for name in [
            "minors",
            "likely-minors",
            "mineurs",
            "clients-mineurs",
            "kids",
            "our-kids",
            "enfants",
            "young_teens",
            "ados",
            "under-18",
            "under18s",
            "moins-de-18-ans",
            "shoppers-under-16",
            "underage",
        ] {
            assert!(names_minors(name), "{name}");
        }
        for name in [
            "kids-shoes",
            "children-books",
            "parents-of-teens",
            "rayon-enfants",
            "enfants-chaussures",
            "under-50-euros",
            "under-15-euros",
            "less-than-10-percent",
            "under-25",
            "adults",
            "over-18",
            "minority",
            "young-parents",
            "customers",
            "",
        ] {
            assert!(!names_minors(name), "{name}");
        }
    }
}

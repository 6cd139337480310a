//! Words that stand where a value should be: "test", "n/a", "inconnu", "prénom".

use std::sync::LazyLock;

use model::schema::Meaning;
use rustc_hash::FxHashMap;

use super::text::Short;

const LIST: &str = include_str!("../../data/placeholder_words.txt");

/// All words.
static WORDS: LazyLock<FxHashMap<&str, Group>> =
    LazyLock::new(|| LIST.lines().filter_map(line).flat_map(|(group, words)| words.map(move |w| (w, group))).collect());

/// Bytes of a word of the list, at most.
const WORD_BYTES: usize = 64;

/// What kind of placeholder a word is. The list says on which traits each tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Group {
    Software,
    Null,
    Unsaid,
    Label,
    Place,
    Trial,
    Surname,
}

impl Group {
    const ALL: [(Self, &str); 7] = [
        (Self::Software, "software"),
        (Self::Null, "null"),
        (Self::Unsaid, "unsaid"),
        (Self::Label, "label"),
        (Self::Place, "place"),
        (Self::Trial, "trial"),
        (Self::Surname, "surname"),
    ];

    /// Whether a word of this group is hardly ever a true value of that meaning.
    const fn tells_on(self, meaning: Meaning) -> bool {
        match (self, meaning) {
            (Self::Software | Self::Unsaid, _) => true,
            // Thousands are named Null; the program that writes it for nothing writes it into the other traits too.
            (Self::Null | Self::Surname, Meaning::FamilyName) => false,
            (Self::Label | Self::Trial | Self::Surname, Meaning::City) => false,
            (Self::Place, Meaning::GivenName | Meaning::FamilyName | Meaning::FullName) => false,
            _ => true,
        }
    }
}

/// Whether a text, as a whole, is what programs write for nothing.
pub(super) fn is_of_software(text: &str) -> bool {
    matches!(group(text), Some(Group::Software | Group::Null))
}

/// Whether a text, as a whole, stands where a value of that meaning should be.
pub(super) fn is_placeholder(text: &str, meaning: Meaning) -> bool {
    group(text).is_some_and(|group| group.tells_on(meaning))
}

/// The same, also with a number behind: "test1", "Guest4711".
pub(super) fn is_placeholder_or_numbered(word: &str, meaning: Meaning) -> bool {
    let bare = word.trim_end_matches(|c: char| c.is_ascii_digit());
    is_placeholder(word, meaning) || (bare.len() < word.len() && is_placeholder(bare, meaning))
}

/// Signs around do not matter: "(not set)", "{{first_name}}", "-none-".
fn group(text: &str) -> Option<Group> {
    let inner = text.trim_matches(|c: char| c.is_ascii_punctuation());
    let word = Short::<WORD_BYTES>::folded(inner)?;
    WORDS.get(word.as_str()).copied()
}

fn line(line: &'static str) -> Option<(Group, impl Iterator<Item = &'static str>)> {
    let (name, words) = line.split_once('|')?;
    let (group, _) = Group::ALL.iter().find(|(_, word)| *word == name.trim())?;
    Some((*group, words.split(',').map(str::trim)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_understood_and_every_word_can_be_found() {
        let lines = LIST.lines().filter(|text| !text.is_empty() && !text.starts_with('#')).count();
        assert_eq!(lines, LIST.lines().filter_map(line).count());
        for (word, of) in WORDS.iter() {
            assert_eq!(group(word), Some(*of), "{word}");
        }
        let listed = LIST.lines().filter_map(line).flat_map(|(_, words)| words).count();
        assert_eq!(WORDS.len(), listed, "a word stands twice");
    }

    #[test]
    fn whole_values_in_several_languages_are_found() {
        for word in [
            "test",
            "TEST",
            "(test)",
            "n/a",
            "N/A",
            "#N/A",
            "unknown",
            "Inconnu",
            "prénom",
            "PRE\u{301}NOM",
            "Nom",
            "none",
            "undefined",
            "[object Object]",
            "(not set)",
            "foo",
            "null",
            "unbekannt",
            "desconocido",
            "неизвестно",
            "不明",
            "テスト",
            "اختبار",
            "{{first_name}}",
            "*|FNAME|*",
            "john doe",
            "xx",
            "Guest",
        ] {
            assert!(is_placeholder(word, Meaning::GivenName), "{word}");
        }
        for word in ["test1", "Guest4711", "user0"] {
            assert!(is_placeholder_or_numbered(word, Meaning::GivenName), "{word}");
        }
    }

    #[test]
    fn true_values_are_spared() {
        for (word, meaning) in [
            ("Null", Meaning::FamilyName),
            ("Guest", Meaning::FamilyName),
            ("Tester", Meaning::FamilyName),
            ("Sample", Meaning::FamilyName),
            ("Foo", Meaning::FamilyName),
            ("Root", Meaning::FamilyName),
            ("Ville", Meaning::FamilyName),
            ("Date", Meaning::FamilyName),
            ("Geen", Meaning::FamilyName),
            ("Test", Meaning::City),
            ("None", Meaning::City),
            ("Nome", Meaning::City),
            ("Nil", Meaning::GivenName),
            ("Nada", Meaning::GivenName),
            ("Nan", Meaning::GivenName),
            ("Na", Meaning::FamilyName),
            ("Bar", Meaning::GivenName),
            ("Toto", Meaning::GivenName),
            ("Abcde", Meaning::GivenName),
            ("Testa", Meaning::FamilyName),
            ("Nonette", Meaning::City),
        ] {
            assert!(!is_placeholder_or_numbered(word, meaning), "{word}");
        }
    }

    #[test]
    fn a_trait_without_a_meaning_is_doubted_for_what_programs_write_only() {
        for word in ["undefined", "NULL", "[object Object]", "#N/A"] {
            assert!(is_of_software(word), "{word}");
        }
        for word in ["none", "test", "unknown", "NA", "name", "", "x"] {
            assert!(!is_of_software(word), "{word}");
        }
    }
}

//! Words into stems, so that `chaussures` finds `chaussure`. Stems are made of folded words: `imperméable` and
//! `impermeable` are one word before they have one stem.

use std::collections::HashMap;

use frostem::{Algorithm, Stemmer};

use crate::limits::KEPT_STEMS;

/// In which language a text is, or a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Language {
    /// French.
    French,
    /// English.
    English,
    /// Another one, or nobody knows: words are read as both.
    #[default]
    Any,
}

impl Language {
    /// The language of a tag (BCP 47): French of `fr-CH`.
    pub fn of_tag(tag: &str) -> Self {
        match model::language::base(tag) {
            base if base.eq_ignore_ascii_case("fr") => Self::French,
            base if base.eq_ignore_ascii_case("en") => Self::English,
            _ => Self::Any,
        }
    }
}

/// Makes stems. Cheap to copy.
#[derive(Clone, Copy)]
pub(crate) struct Stems {
    french: Stemmer,
    english: Stemmer,
}

impl Stems {
    pub(crate) fn new() -> Self {
        Self { french: Stemmer::new(Algorithm::French), english: Stemmer::new(Algorithm::English) }
    }

    /// The stems of a folded word: one, or two where the language is open and they differ.
    pub(crate) fn of(&self, word: &str, language: Language) -> Vec<String> {
        if !word.bytes().all(|byte| byte.is_ascii_lowercase()) {
            return vec![word.to_owned()];
        }
        match language {
            Language::French => vec![self.french.stem(word).into_owned()],
            Language::English => vec![self.english.stem(word).into_owned()],
            Language::Any => {
                let french = self.french.stem(word).into_owned();
                let english = self.english.stem(word).into_owned();
                if french == english { vec![french] } else { vec![french, english] }
            }
        }
    }
}

/// Makes stems, and keeps those of the words that came lately: a catalog says the same words again and again.
pub(crate) struct KeptStems {
    stems: Stems,
    kept: HashMap<(Language, String), Vec<String>>,
}

impl KeptStems {
    pub(crate) fn new() -> Self {
        Self { stems: Stems::new(), kept: HashMap::new() }
    }

    /// As [`Stems::of`].
    pub(crate) fn of(&mut self, word: &str, language: Language) -> &[String] {
        if self.kept.len() >= KEPT_STEMS {
            self.kept.clear();
        }
        self.kept.entry((language, word.to_owned())).or_insert_with(|| self.stems.of(word, language))
    }
}

/// Whether a word says so little that a query without it asks the same.
pub(crate) fn is_stop_word(word: &str, language: Language) -> bool {
    match language {
        Language::French => FRENCH.contains(&word),
        Language::English => ENGLISH.contains(&word),
        Language::Any => FRENCH.contains(&word) || ENGLISH.contains(&word),
    }
}

const FRENCH: &[&str] = &[
    "a", "au", "aux", "avec", "ce", "ces", "cette", "chez", "dans", "de", "des", "du", "en", "et", "la", "le", "les",
    "leur", "ma", "mes", "mon", "ou", "par", "pas", "pour", "qui", "sa", "sans", "ses", "son", "sur", "un", "une",
    "vos", "votre",
];

const ENGLISH: &[&str] = &[
    "a", "an", "and", "at", "by", "for", "from", "in", "is", "it", "my", "of", "on", "or", "that", "the", "this", "to",
    "with", "without", "your",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_one_word_have_one_stem() {
        let stems = Stems::new();
        for (language, forms) in [
            (Language::French, &["chaussure", "chaussures"][..]),
            (Language::French, &["impermeable", "impermeables"]),
            (Language::French, &["gant", "gants"]),
            (Language::French, &["veste", "vestes"]),
            (Language::French, &["randonnee", "randonnees"]),
            (Language::French, &["eau", "eaux"]),
            (Language::French, &["cheval", "chevaux"]),
            (Language::English, &["shoe", "shoes"]),
            (Language::English, &["battery", "batteries"]),
            (Language::English, &["print", "printing", "prints"]),
        ] {
            let expected = stems.of(forms[0], language);
            for form in forms {
                assert_eq!(stems.of(form, language), expected, "{form}");
            }
        }
    }

    #[test]
    fn numbers_codes_and_other_scripts_stay_as_they_are() {
        let stems = Stems::new();
        for word in ["42", "gtx1080", "10l", "שלום", "🥾"] {
            assert_eq!(stems.of(word, Language::Any), [word]);
        }
    }

    #[test]
    fn a_tag_says_the_language() {
        assert_eq!(Language::of_tag("fr-CH"), Language::French);
        assert_eq!(Language::of_tag("EN"), Language::English);
        assert_eq!(Language::of_tag("de"), Language::Any);
        assert_eq!(Language::of_tag(""), Language::Any);
    }
}

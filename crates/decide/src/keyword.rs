//! What was searched for, as far as contents know words of it.
//!
//! Both the keyword and the tags are cut into words, in lower case, without accents and without the `s` of a plural. Of
//! a keyword only words of tags are kept: so it holds nothing that a stranger wrote, and "sore feet after walks" and
//! "feet, sore" are one.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use model::value::Value;

/// The facts of a request that say what was searched for; the first one that is there counts: on the shop's own site,
/// the keyword that was paid for, and that of a search engine.
const FACTS: [&str; 3] = ["shop.search", "campaign.term", "keyword"];

/// Characters of a keyword that are looked at.
const KEYWORD_CHARS: usize = 200;

/// Words of a keyword that are looked at.
const KEYWORD_WORDS: usize = 20;

/// Up to so many letters a last `s` belongs to a word.
const SHORT_WORD: usize = 3;

/// The words of all tags.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Vocabulary {
    tags: BTreeMap<Arc<str>, BTreeSet<Arc<str>>>,
    words: BTreeSet<Arc<str>>,
}

/// What was searched for, in words.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Keyword {
    /// Those that are words of tags, in order.
    known: BTreeSet<Arc<str>>,
    /// The others: somebody typed them, so they are counted nowhere.
    unknown: BTreeSet<String>,
}

impl Vocabulary {
    pub(crate) fn of<'t>(tags: impl IntoIterator<Item = &'t Arc<str>>) -> Self {
        let mut all = Self::default();
        for tag in tags {
            if !all.tags.contains_key(tag) {
                // Of `category:boots` the value counts: nobody searches for "category".
                let value = tag.split_once(':').map_or(&**tag, |(_, value)| value);
                let words: BTreeSet<Arc<str>> = words(value).map(Arc::from).collect();
                all.words.extend(words.iter().cloned());
                all.tags.insert(tag.clone(), words);
            }
        }
        all
    }

    /// What a request says was searched for.
    pub(crate) fn searched(&self, request: &dyn Fn(&str) -> Option<Value>) -> Keyword {
        let found = FACTS.iter().find_map(|name| match request(name) {
            Some(Value::Text(text)) if !text.trim().is_empty() => Some(text),
            _ => None,
        });
        found.map(|text| self.keyword(&text)).unwrap_or_default()
    }

    /// The words of a text.
    pub(crate) fn keyword(&self, text: &str) -> Keyword {
        let mut keyword = Keyword::default();
        for word in keyword_words(text) {
            match self.words.get(&*word) {
                Some(known) => _ = keyword.known.insert(known.clone()),
                None => _ = keyword.unknown.insert(word),
            }
        }
        keyword
    }

    /// How many words of a keyword are in those tags of which all words are in the keyword.
    pub(crate) fn overlap(&self, tags: &[Arc<str>], keyword: &Keyword) -> usize {
        if keyword.is_empty() {
            return 0;
        }
        let known = tags.iter().filter_map(|tag| self.tags.get(tag));
        let matching = known.filter(|words| !words.is_empty() && words.is_subset(&keyword.known));
        matching.flatten().collect::<BTreeSet<_>>().len()
    }
}

impl Keyword {
    /// Whether no known word was searched for.
    pub(crate) fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// The known words, one space between two.
    pub(crate) fn text(&self) -> String {
        self.known.iter().map(|word| &**word).collect::<Vec<_>>().join(" ")
    }

    /// Whether it is the same search as one of which these words were known, as they were recorded. Tags come and go:
    /// what was recorded is known still, and what became known since makes it another search.
    pub(crate) fn is(&self, recorded: &BTreeSet<String>) -> bool {
        let is_said = |word: &String| self.known.contains(&**word) || self.unknown.contains(word);
        !recorded.is_empty() && recorded.iter().all(is_said) && self.known.iter().all(|word| recorded.contains(&**word))
    }
}

/// The words of a text that are looked at where it says what was searched for.
pub(crate) fn keyword_words(text: &str) -> impl Iterator<Item = String> {
    let text: String = text.chars().take(KEYWORD_CHARS).collect();
    words(&text).take(KEYWORD_WORDS).collect::<Vec<_>>().into_iter()
}

fn words(text: &str) -> impl Iterator<Item = String> {
    text.split(|letter: char| !letter.is_alphanumeric() && !is_mark(letter)).filter_map(|word| {
        let mut folded = String::with_capacity(word.len());
        word.chars().flat_map(char::to_lowercase).filter(|letter| !is_mark(*letter)).for_each(|letter| {
            match plain(letter) {
                Some(letters) => folded.push_str(letters),
                None => folded.push(letter),
            }
        });
        if folded.ends_with('s') && folded.chars().count() > SHORT_WORD {
            folded.pop();
        }
        (!folded.is_empty()).then_some(folded)
    })
}

/// Whether it only puts an accent on the letter before it.
fn is_mark(letter: char) -> bool {
    ('\u{300}'..='\u{36f}').contains(&letter)
}

/// A Latin letter without its accent, as people type it who have no such key.
fn plain(letter: char) -> Option<&'static str> {
    Some(match letter {
        'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' | 'ā' | 'ă' | 'ą' => "a",
        'ç' | 'ć' | 'č' => "c",
        'ď' | 'đ' => "d",
        'è' | 'é' | 'ê' | 'ë' | 'ē' | 'ė' | 'ę' | 'ě' => "e",
        'ğ' => "g",
        'ì' | 'í' | 'î' | 'ï' | 'ī' | 'į' | 'ı' => "i",
        'ł' => "l",
        'ñ' | 'ń' | 'ň' => "n",
        'ò' | 'ó' | 'ô' | 'õ' | 'ö' | 'ø' | 'ō' | 'ő' => "o",
        'ř' => "r",
        'ś' | 'š' | 'ş' | 'ș' => "s",
        'ť' | 'ţ' | 'ț' => "t",
        'ù' | 'ú' | 'û' | 'ü' | 'ū' | 'ů' | 'ű' => "u",
        'ý' | 'ÿ' => "y",
        'ź' | 'ż' | 'ž' => "z",
        'æ' => "ae",
        'œ' => "oe",
        'ß' => "ss",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vocabulary(tags: &[&str]) -> Vocabulary {
        Vocabulary::of(&tags.iter().map(|tag| Arc::from(*tag)).collect::<Vec<_>>())
    }

    fn overlap(tags: &[&str], text: &str) -> usize {
        let all = vocabulary(tags);
        let tags: Vec<Arc<str>> = tags.iter().map(|tag| Arc::from(*tag)).collect();
        all.overlap(&tags, &all.keyword(text))
    }

    #[test]
    fn words_match_without_case_accents_and_plural() {
        for (tag, text) in [
            ("sore-feet", "Sore feet after walks"),
            ("boots", "BOOT"),
            ("category:boots", "leather boots"),
            ("randonnée", "chaussures de randonnees"),
            ("randonnee", "randonne\u{301}e"),
            ("cœur", "coeur"),
            ("ünter_fuß", "unter, fuss!"),
            ("أحذية", "شراء أحذية"),
        ] {
            assert_eq!(overlap(&[tag], text).min(1), 1, "{tag} in {text}");
        }
        for (tag, text) in [("sore-feet", "sore hands"), ("boots", "category"), ("gps", "gp"), ("--", "--"), ("a", "")]
        {
            assert_eq!(overlap(&[tag], text), 0, "{tag} in {text}");
        }
    }

    #[test]
    fn the_tag_that_says_more_counts_more_and_each_word_once() {
        assert_eq!(overlap(&["feet", "sore-feet", "walk", "rain"], "sore feet after walks"), 3);
    }

    #[test]
    fn of_a_keyword_only_words_of_tags_are_kept_and_a_long_one_is_cut() {
        let all = vocabulary(&["sore-feet", "rain"]);
        assert_eq!(all.keyword("FEET of Marie Dupont, sore").text(), "feet sore");
        assert!(all.keyword("Marie Dupont").is_empty());
        assert!(all.keyword(&format!("{} rain", "x".repeat(1_000))).is_empty());
        assert_eq!(all.keyword(&"rain ".repeat(1_000)).text(), "rain");
        assert!(all.keyword(&format!("{}rain", "a ".repeat(KEYWORD_WORDS))).is_empty());
        assert_eq!(all.keyword(&format!("{}rain", "a ".repeat(KEYWORD_WORDS - 1))).text(), "rain");
    }

    /// What was recorded stays what it was when tags are taken away or added.
    #[test]
    fn a_recorded_keyword_is_not_read_by_the_tags_of_today() {
        let recorded: BTreeSet<String> = keyword_words("feet sore").collect();
        for (tags, text, expected) in [
            (&["sore-feet"][..], "sore feet", true),
            (&["sore-feet"], "Feet so sore!", true),
            (&["sore-feet"], "feet", false),
            (&["feet"], "sore feet", true),
            (&["feet"], "feet", false),
            (&[], "sore feet", true),
            (&["sore-feet", "rain"], "sore feet, rain", false),
        ] {
            assert_eq!(vocabulary(tags).keyword(text).is(&recorded), expected, "{tags:?} {text}");
        }
        assert!(!vocabulary(&["feet"]).keyword("").is(&BTreeSet::new()));
    }

    #[test]
    fn what_is_searched_for_on_the_site_comes_before_what_led_there() {
        let all = vocabulary(&["rain", "snow", "sun"]);
        let facts = |said: &'static [(&str, &str)]| {
            move |name: &str| said.iter().find(|(fact, _)| *fact == name).map(|(_, text)| Value::from(*text))
        };
        let searched = |said| all.searched(&facts(said)).text();
        assert_eq!(searched(&[("keyword", "rain"), ("campaign.term", "snow"), ("shop.search", "sun")]), "sun");
        assert_eq!(searched(&[("keyword", "rain"), ("campaign.term", "snow"), ("shop.search", " ")]), "snow");
        assert_eq!(searched(&[("keyword", "rain")]), "rain");
        assert_eq!(searched(&[]), "");
    }
}

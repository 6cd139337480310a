//! The words of a name.

/// The longest word of any list. Longer ones are in none.
const MOST_BYTES: usize = 20;

/// One word in lower case, without accents.
#[derive(Clone, Copy)]
pub(super) struct Word {
    bytes: [u8; MOST_BYTES],
    len: usize,
}

impl Word {
    /// What stands before the first word.
    pub(super) const NONE: Self = Self { bytes: [0; MOST_BYTES], len: 0 };

    /// Its letters; nothing, if it is too long to be in a list.
    pub(super) fn as_str(&self) -> &str {
        self.bytes.get(..self.len).and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or_default()
    }

    fn push(&mut self, letter: u8) {
        if let Some(slot) = self.bytes.get_mut(self.len) {
            *slot = letter;
        }
        self.len += 1;
    }
}

/// The words of a name, however they are joined: `face_template`, `faceTemplate`, `Face Template`, `FACE-TEMPLATE`.
/// Numbers are words; `of`, `the`, `de`, `la` and their like are none.
pub(super) fn words(name: &str) -> impl Iterator<Item = Word> {
    Words { rest: name }
        .filter(|word| !matches!(word.as_str(), "of" | "the" | "de" | "du" | "des" | "d" | "la" | "le" | "les" | "l"))
}

/// Whether a name has this word beside that one, in this order.
pub(super) fn has_pair(name: &str, mut is_pair: impl FnMut(&str, &str) -> bool) -> bool {
    let mut before = Word::NONE;
    words(name).any(|word| is_pair(std::mem::replace(&mut before, word).as_str(), word.as_str()))
}

/// How words begin: to pass over most names without looking at their words. It is asked of every field of every event,
/// so it takes no longer than the name is long; "no" is certain.
pub(super) struct Starts {
    /// By the first letter, the second ones as bits.
    second: [u32; 26],
    /// By the first letter, the third ones as bits.
    third: [u32; 26],
}

impl Starts {
    /// Of words of three letters or more, in lower case and without accents.
    pub(super) const fn of(words: &[&str]) -> Self {
        Self { second: [0; 26], third: [0; 26] }.and(words)
    }

    /// And of these.
    pub(super) const fn and(mut self, words: &[&str]) -> Self {
        let mut at = 0;
        while at < words.len() {
            let word = words[at].as_bytes();
            let first = (word[0] - b'a') as usize;
            self.second[first] |= bit(word[1]);
            self.third[first] |= bit(word[2]);
            at += 1;
        }
        self
    }

    /// Whether a word of a name may be one of them.
    pub(super) fn may_be_in(&self, name: &str) -> bool {
        let bytes = name.as_bytes();
        let mut before = 0_u8;
        for (at, byte) in bytes.iter().copied().enumerate() {
            if !byte.is_ascii() {
                return true;
            }
            let begins = byte.is_ascii_alphabetic() && (!before.is_ascii_lowercase() || byte.is_ascii_uppercase());
            if begins && let Some([first, second, third]) = bytes.get(at..).and_then(|rest| rest.first_chunk()) {
                let row = usize::from(first.to_ascii_lowercase() - b'a');
                if self.second[row] & bit(*second) != 0 && self.third[row] & bit(*third) != 0 {
                    return true;
                }
            }
            before = byte;
        }
        false
    }
}

/// The bit of a letter in whatever case; none for other characters.
const fn bit(letter: u8) -> u32 {
    if letter.is_ascii_alphabetic() { 1 << (letter.to_ascii_lowercase() - b'a') } else { 0 }
}

struct Words<'n> {
    rest: &'n str,
}

/// What a character is in a name.
#[derive(Clone, Copy, PartialEq)]
enum Sort {
    Lower,
    Upper,
    Digit,
    /// Stands between words.
    Gap,
}

fn sort(c: char) -> Sort {
    if c.is_ascii_lowercase() {
        Sort::Lower
    } else if c.is_ascii_uppercase() || (!c.is_ascii() && c.is_uppercase()) {
        Sort::Upper
    } else if c.is_ascii_digit() {
        Sort::Digit
    } else if c.is_alphanumeric() {
        Sort::Lower
    } else {
        Sort::Gap
    }
}

impl Iterator for Words<'_> {
    type Item = Word;

    fn next(&mut self) -> Option<Word> {
        let start = self.rest.find(|c| sort(c) != Sort::Gap)?;
        let text = &self.rest[start..];
        let (mut word, mut before) = (Word::NONE, None);
        let mut chars = text.char_indices().peekable();
        while let Some((at, c)) = chars.next() {
            let this = sort(c);
            let mut follows_lower = || chars.peek().is_some_and(|(_, next)| sort(*next) == Sort::Lower);
            let ends = match (before, this) {
                (_, Sort::Gap) => true,
                (None, _) => false,
                // The D of `faceData`, and of `IDData`.
                (Some(Sort::Upper), Sort::Upper) => word.len > 0 && follows_lower(),
                (Some(Sort::Upper), Sort::Lower) => false,
                (Some(before), this) => before != this,
            };
            if ends {
                self.rest = &text[at..];
                return Some(word);
            }
            fold(c, &mut word);
            before = Some(this);
        }
        self.rest = "";
        Some(word)
    }
}

/// Writes a letter in lower case and without its accent.
fn fold(c: char, to: &mut Word) {
    if c.is_ascii() {
        return to.push(c.to_ascii_lowercase() as u8);
    }
    let plain: &[u8] = match c {
        'à' | 'â' | 'ä' | 'á' | 'À' | 'Â' | 'Ä' | 'Á' => b"a",
        'é' | 'è' | 'ê' | 'ë' | 'É' | 'È' | 'Ê' | 'Ë' => b"e",
        'î' | 'ï' | 'í' | 'Î' | 'Ï' | 'Í' => b"i",
        'ô' | 'ö' | 'ó' | 'Ô' | 'Ö' | 'Ó' => b"o",
        'ù' | 'û' | 'ü' | 'ú' | 'Ù' | 'Û' | 'Ü' | 'Ú' => b"u",
        'ç' | 'Ç' => b"c",
        'ñ' | 'Ñ' => b"n",
        'œ' | 'Œ' => b"oe",
        // In no list.
        _ => b"?",
    };
    plain.iter().for_each(|letter| to.push(*letter));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_its_words_however_they_are_joined() {
        for (name, expected) in [
            ("face_template", "face template"),
            ("faceTemplate", "face template"),
            ("FaceTemplate2", "face template 2"),
            ("FACE-TEMPLATE", "face template"),
            ("faceID", "face id"),
            ("IDNumber", "id number"),
            ("under18s", "under 18 s"),
            ("État de santé", "etat sante"),
            ("données_de_la_santé", "donnees sante"),
            ("ÉtatCivil", "etat civil"),
            ("sœur", "soeur"),
            ("  .a..b ", "a b"),
            ("", ""),
            ("___", ""),
            ("имя", "???"),
        ] {
            let found: Vec<String> = words(name).map(|word| word.as_str().to_owned()).collect();
            assert_eq!(found.join(" "), expected, "{name}");
        }
    }

    #[test]
    fn a_word_that_is_longer_than_any_in_a_list_is_in_none() {
        let found: Vec<String> =
            words(&format!("face {} template", "x".repeat(500))).map(|word| word.as_str().into()).collect();
        assert_eq!(found, ["face", "", "template"]);
        assert!(!has_pair(&"x".repeat(500), |_, word| !word.is_empty()));
    }
}

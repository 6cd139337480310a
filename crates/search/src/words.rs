//! Texts into words: lower case, without accents, and nothing in them that means anything but itself. What a person
//! types is never a query language: brackets, stars and quotation marks only separate.

use std::iter::Peekable;

use unicode_normalization::UnicodeNormalization;

use crate::limits::WORD_CHARS;

/// One word, or several that a hyphen, an apostrophe or a point joins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Chunk {
    /// The words, at least one: `t` and `shirt`.
    pub(crate) parts: Vec<String>,
    /// All of them as one word, if that says something else: `tshirt`; and `levis` of `levi's`.
    pub(crate) joined: Option<String>,
}

impl Chunk {
    fn of_one(word: String) -> Self {
        Self { parts: vec![word], joined: None }
    }

    /// The word, if it is a single one.
    pub(crate) fn single(&self) -> Option<&str> {
        match &self.parts[..] {
            [only] => Some(only),
            _ => None,
        }
    }
}

/// The words of the first `most` characters of a text, in order.
pub(crate) fn chunks(text: &str, most: usize) -> Vec<Chunk> {
    let mut reading = Reading::default();
    let mut marks = text.chars().take(most).peekable();
    while let Some(raw) = marks.next() {
        match separator(raw) {
            Some(joint) => reading.joint(joint, &mut marks),
            None => [raw].into_iter().flat_map(char::to_lowercase).nfkd().for_each(|mark| reading.mark(mark)),
        }
    }
    reading.end_chunk();
    reading.chunks
}

/// All words of a text in one line: two texts with the same line are the same to everybody who reads them.
pub(crate) fn line(chunks: &[Chunk]) -> String {
    let words: Vec<&str> = chunks.iter().flat_map(|chunk| &chunk.parts).map(String::as_str).collect();
    words.join(" ")
}

/// A code (GTIN, MPN, SKU) without what people leave out or put in: `006R-90321` and `006r90321` are one. Leading zeros
/// of a number fall, because a GTIN-13 is a GTIN-14 that begins with one. `None` if nothing is left.
pub(crate) fn code(text: &str) -> Option<String> {
    let folded = text.nfkd().filter(|mark| mark.is_alphanumeric()).flat_map(char::to_lowercase);
    let code: String = folded.take(WORD_CHARS).collect();
    let is_number = code.bytes().all(|byte| byte.is_ascii_digit());
    let code = if is_number { code.trim_start_matches('0') } else { &code };
    (!code.is_empty()).then(|| code.to_owned())
}

/// Whether a word is a number, perhaps with decimals.
pub(crate) fn is_number(word: &str) -> bool {
    word.starts_with(|mark: char| mark.is_ascii_digit())
        && word.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
}

/// The name under which a unit is indexed, if the word is one.
pub(crate) fn unit(word: &str) -> Option<&'static str> {
    UNITS.iter().find(|(_, names)| names.contains(&word)).map(|(unit, _)| *unit)
}

const UNITS: &[(&str, &[&str])] = &[
    ("mm", &["mm"]),
    ("cm", &["cm"]),
    ("m", &["m"]),
    ("km", &["km"]),
    ("inch", &["inch", "inches", "pouce", "pouces"]),
    ("ml", &["ml"]),
    ("cl", &["cl"]),
    ("l", &["l", "liter", "liters", "litre", "litres"]),
    ("mg", &["mg"]),
    ("g", &["g", "gr", "gram", "grams", "gramme", "grammes"]),
    ("kg", &["kg", "kilo", "kilos"]),
    ("w", &["w", "watt", "watts"]),
    ("kw", &["kw"]),
    ("wh", &["wh"]),
    ("v", &["v", "volt", "volts"]),
    ("mah", &["mah"]),
    ("hz", &["hz"]),
    ("mhz", &["mhz"]),
    ("ghz", &["ghz"]),
    ("mb", &["mb", "mo"]),
    ("gb", &["gb", "go"]),
    ("tb", &["tb", "to"]),
    ("mp", &["mp", "megapixel", "megapixels"]),
];

/// What stands between words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Joint {
    /// Separates words.
    Gap,
    /// Joins words: `t-shirt`, `h&m`, `node.js`.
    Hyphen,
    /// Joins words, or elides one: `l'eau`.
    Apostrophe,
    /// A point or comma between digits is a decimal sign.
    Point,
    /// After a number: inches.
    Inches,
    /// Nothing at all: the word goes on.
    Nothing,
}

fn separator(mark: char) -> Option<Joint> {
    Some(match mark {
        '-' | '\u{2010}' | '\u{2011}' | '_' | '&' => Joint::Hyphen,
        '\'' | '\u{2018}' | '\u{2019}' | '\u{02bc}' => Joint::Apostrophe,
        '.' | ',' => Joint::Point,
        '"' | '\u{2033}' | '\u{201d}' => Joint::Inches,
        // Soft hyphen, joiners, direction marks, variation selectors, the tone of an emoji, the Arabic stroke.
        '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' => Joint::Nothing,
        '\u{feff}' | '\u{fe00}'..='\u{fe0f}' | '\u{1f3fb}'..='\u{1f3ff}' | '\u{0640}' => Joint::Nothing,
        // Compatibility decomposition would make letters of these.
        '™' | '®' | '©' | '℠' => Joint::Gap,
        mark if mark.is_whitespace() || mark.is_ascii_punctuation() => Joint::Gap,
        _ => return None,
    })
}

/// Articles and pronouns that French elides before a vowel.
const ELIDED: &[&str] = &["l", "d", "j", "m", "t", "s", "n", "c", "qu", "jusqu", "lorsqu", "puisqu", "quoiqu"];

#[derive(Default)]
struct Reading {
    chunks: Vec<Chunk>,
    parts: Vec<String>,
    word: String,
    letters: usize,
    joint: Option<Joint>,
    possessive: bool,
}

impl Reading {
    fn joint(&mut self, joint: Joint, ahead: &mut Peekable<impl Iterator<Item = char>>) {
        let after_digit = self.word.ends_with(|mark: char| mark.is_ascii_digit());
        match joint {
            Joint::Nothing => {}
            Joint::Inches if after_digit => {
                self.end_chunk();
                self.chunks.push(Chunk::of_one("inch".to_owned()));
            }
            Joint::Point if after_digit && before_digit_of(ahead) => self.word.push('.'),
            Joint::Hyphen | Joint::Apostrophe | Joint::Point if !self.word.is_empty() && is_word_ahead(ahead) => {
                self.end_word(joint);
            }
            _ => self.end_chunk(),
        }
    }

    fn mark(&mut self, mark: char) {
        if is_dropped(mark) {
            return;
        }
        if is_alone(mark) {
            self.end_chunk();
            self.chunks.push(Chunk::of_one(mark.to_string()));
        } else if mark.is_alphanumeric() || is_kept_mark(mark) {
            if self.letters < WORD_CHARS {
                match folded(mark) {
                    Some(letters) => self.word.push_str(letters),
                    None => self.word.extend(mark.to_lowercase()),
                }
            }
            self.letters += 1;
        } else {
            self.end_chunk();
        }
    }

    /// Takes the word that ends at a joint, unless it is elided or only says whose something is.
    fn end_word(&mut self, joint: Joint) {
        let word = std::mem::take(&mut self.word);
        self.letters = 0;
        let before = self.joint.replace(joint);
        if joint == Joint::Apostrophe && self.parts.is_empty() && ELIDED.contains(&&*word) {
            return;
        }
        if before == Some(Joint::Apostrophe) && word == "s" && !self.parts.is_empty() {
            self.possessive = true;
        } else {
            self.parts.push(in_units(word));
        }
    }

    fn end_chunk(&mut self) {
        if !self.word.is_empty() {
            self.end_word(Joint::Gap);
        }
        self.joint = None;
        self.letters = 0;
        let possessive = std::mem::take(&mut self.possessive);
        let parts = std::mem::take(&mut self.parts);
        if parts.is_empty() {
            return;
        }
        let mut joined = parts.concat();
        if possessive {
            joined.push('s');
        }
        let is_more = parts.len() > 1 || possessive;
        self.chunks.push(Chunk { joined: is_more.then_some(joined), parts });
    }
}

fn before_digit_of(ahead: &mut Peekable<impl Iterator<Item = char>>) -> bool {
    ahead.peek().is_some_and(char::is_ascii_digit)
}

fn is_word_ahead(ahead: &mut Peekable<impl Iterator<Item = char>>) -> bool {
    ahead.peek().is_some_and(|mark| mark.is_alphanumeric())
}

/// `17inches` as `17inch`: a number with its unit is one word however the unit is written.
fn in_units(word: String) -> String {
    let digits = word.bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b'.').count();
    let (number, rest) = word.split_at(digits);
    match unit(rest) {
        Some(unit) if !number.is_empty() => format!("{number}{unit}"),
        _ => word,
    }
}

/// Accents and vowel points: people leave them out.
fn is_dropped(mark: char) -> bool {
    matches!(mark,
        '\u{0300}'..='\u{036f}' | '\u{0591}'..='\u{05c7}' | '\u{064b}'..='\u{065f}' | '\u{0670}'
        | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}' | '\u{20d0}'..='\u{20ff}' | '\u{fe20}'..='\u{fe2f}')
}

/// Marks that make a letter of another one, as in Devanagari or Thai.
fn is_kept_mark(mark: char) -> bool {
    unicode_normalization::char::is_combining_mark(mark)
}

/// Signs that are a word each: pictures, and scripts that write no spaces.
fn is_alone(mark: char) -> bool {
    matches!(mark,
        '\u{1f000}'..='\u{1faff}' | '\u{2600}'..='\u{27bf}' | '\u{2b00}'..='\u{2bff}'
        | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{3040}'..='\u{30ff}')
}

/// Letters that do not decompose, as people without them on their keyboard write them.
fn folded(mark: char) -> Option<&'static str> {
    Some(match mark {
        'ø' => "o",
        'œ' => "oe",
        'æ' => "ae",
        'ß' => "ss",
        'ł' => "l",
        'đ' | 'ð' => "d",
        'þ' => "th",
        'ı' => "i",
        'ς' => "σ",
        'ى' => "ي",
        'ة' => "ه",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        let said = |chunk: &Chunk| match &chunk.joined {
            Some(joined) => format!("{}={joined}", chunk.parts.join("+")),
            None => chunk.parts.join("+"),
        };
        chunks(text, 1_000).iter().map(said).collect()
    }

    #[test]
    fn a_text_becomes_words() {
        for (text, expected) in [
            ("Imperméable ÉTÉ cœur Straße", &["impermeable", "ete", "coeur", "strasse"][..]),
            ("de l'eau, d’hiver aujourd'hui", &["de", "eau", "hiver", "aujourd+hui=aujourdhui"]),
            ("men's Levi's", &["men=mens", "levi=levis"]),
            ("T-shirt H&M node.js", &["t+shirt=tshirt", "h+m=hm", "node+js=nodejs"]),
            ("15,6 802.11b 43.2 cm. (17\")", &["15.6", "802.11b", "43.2", "cm", "17", "inch"]),
            ("10L 17inches 500 Go", &["10l", "17inch", "500", "go"]),
            ("Core™2 dv7-1211ea", &["core", "2", "dv7+1211ea=dv71211ea"]),
            ("boots🥾🏽👩‍🚀", &["boots", "🥾", "👩", "🚀"]),
            ("שָׁלוֹם قَهْوَة", &["שלום", "قهوه"]),
            ("登山靴", &["登", "山", "靴"]),
            (".*(a|b)+[^x]$ \\ --", &["a", "b", "x"]),
            ("-rock 'n' roll-", &["rock", "n", "roll"]),
            ("", &[]),
        ] {
            assert_eq!(words(text), expected, "{text}");
        }
    }

    #[test]
    fn a_text_and_a_word_are_cut_at_their_limits() {
        let long = "x".repeat(WORD_CHARS + 1);
        assert_eq!(words(&long), [&long[..WORD_CHARS]]);
        assert_eq!(words(&long[..WORD_CHARS]), [&long[..WORD_CHARS]]);
        assert_eq!(chunks("ab cd", 4).len(), 2);
        assert_eq!(chunks("ab cd", 3).len(), 1);
    }

    #[test]
    fn codes_are_one_however_they_are_written() {
        for (text, expected) in [
            ("006R-90321", Some("006r90321")),
            ("0095205603217", Some("95205603217")),
            ("00000", None),
            (" - ", None),
            ("é-7", Some("e7")),
        ] {
            assert_eq!(code(text).as_deref(), expected, "{text}");
        }
    }
}

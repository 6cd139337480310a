//! Texts as the detectors compare them.

/// A text without what cannot be seen around it: white space, zero-width characters, marks of writing direction.
pub(crate) fn bare(text: &str) -> &str {
    text.trim_matches(|c: char| {
        c.is_whitespace()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
    })
}

/// The words of a name: what white space and ASCII punctuation separate.
pub(super) fn words(text: &str) -> impl Iterator<Item = &str> {
    let parts = text.split(|c: char| c.is_whitespace() || c.is_ascii_punctuation());
    parts.filter(|part| part.contains(char::is_alphanumeric))
}

/// The characters without case and without combining accents. An accent inside a character stays: é is not e.
pub(crate) fn folded(text: &str) -> impl Iterator<Item = char> {
    let lower = text.chars().flat_map(char::to_lowercase);
    lower.filter(|c| !matches!(c, '\u{300}'..='\u{36f}')).map(|c| if c == 'ς' { 'σ' } else { c })
}

/// A short text, copied without allocating.
#[derive(Debug)]
pub(super) struct Short<const BYTES: usize> {
    bytes: [u8; BYTES],
    len: usize,
}

impl<const BYTES: usize> Short<BYTES> {
    /// Collects characters; `None` if they need more than `BYTES`. Takes no more of them than fit.
    pub(super) fn collect(chars: impl Iterator<Item = char>) -> Option<Self> {
        let mut short = Self { bytes: [0; BYTES], len: 0 };
        for c in chars {
            let room = short.bytes[short.len..].len();
            if c.len_utf8() > room {
                return None;
            }
            short.len += c.encode_utf8(&mut short.bytes[short.len..]).len();
        }
        Some(short)
    }

    /// The text as [`folded`], most of them in one go.
    pub(super) fn folded(text: &str) -> Option<Self> {
        if !text.is_ascii() {
            return Self::collect(folded(text));
        }
        let mut short = Self { bytes: [0; BYTES], len: text.len() };
        short.bytes.get_mut(..text.len())?.copy_from_slice(text.as_bytes());
        short.bytes.make_ascii_lowercase();
        Some(short)
    }

    pub(super) fn as_str(&self) -> &str {
        std::str::from_utf8(&self.bytes[..self.len]).expect("whole characters were written")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_seen_around_a_text_goes() {
        assert_eq!(bare("\u{feff} \u{200f}Ana B\u{a0}\n"), "Ana B");
        assert_eq!(bare(" \u{200b} "), "");
    }

    #[test]
    fn case_and_combining_accents_fold() {
        assert!(folded("Pre\u{301}NOM").eq("prenom".chars()));
        assert!(folded("ΆΓΝΩΣΤΟΣ").eq(folded("άγνωστος")));
        assert!(!folded("Réza").eq("reza".chars()));
    }

    #[test]
    fn a_short_text_holds_as_much_as_fits_and_no_more() {
        let collect = |text: &str| Short::<4>::collect(text.chars()).map(|short| short.as_str().to_owned());
        assert_eq!(collect("abcd").as_deref(), Some("abcd"));
        assert_eq!(collect("abcde"), None);
        assert_eq!(collect("abcé"), None);
        let folded = |text: &str| Short::<4>::folded(text).map(|short| short.as_str().to_owned());
        assert_eq!(folded("AbCd").as_deref(), Some("abcd"));
        assert_eq!(folded("ÉA").as_deref(), Some("éa"));
        assert_eq!((folded("abcde"), folded("abcé")), (None, None));
    }

    #[test]
    fn words_are_what_is_between_signs() {
        assert_eq!(words("O'Neil, Anne-Lee 🌸").collect::<Vec<_>>(), ["O", "Neil", "Anne", "Lee"]);
    }
}

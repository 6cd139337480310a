//! Bytes of a line as text: UTF-8, or the Latin-1 that Windows writes.

use std::borrow::Cow;

use serde::Deserialize;

/// The encoding of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum Encoding {
    /// UTF-8.
    #[serde(rename = "utf-8", alias = "utf8")]
    Utf8,
    /// Windows-1252, which holds all of Latin-1's letters and the euro sign.
    #[serde(rename = "latin-1", alias = "windows-1252", alias = "latin1", alias = "iso-8859-1")]
    Latin1,
}

/// Reads one line after the other. Where nothing is declared, the first line that is not plain ASCII decides: if it is
/// valid UTF-8 the file is, else it is Latin-1. Text in Latin-1 is hardly ever valid UTF-8 by chance: such a line behind
/// others in Latin-1 shows that the file was put together of both, and is not guessed at.
#[derive(Debug, Clone, Copy)]
pub struct Decoder {
    encoding: Option<Encoding>,
    is_declared: bool,
}

impl Decoder {
    /// A decoder for what is declared, or one that guesses.
    pub fn new(declared: Option<Encoding>) -> Self {
        Self { encoding: declared, is_declared: declared.is_some() }
    }

    /// The text of a line; `None` if its bytes are not of the file's encoding.
    pub fn decode<'a>(&mut self, bytes: &'a [u8]) -> Option<Cow<'a, str>> {
        match (self.encoding, std::str::from_utf8(bytes)) {
            (Some(Encoding::Latin1), Ok(text)) if !self.is_declared && !text.is_ascii() => return None,
            (Some(Encoding::Latin1), _) => {}
            (Some(Encoding::Utf8), text) => return text.ok().map(Cow::Borrowed),
            (None, Ok(text)) => {
                if !text.is_ascii() {
                    self.encoding = Some(Encoding::Utf8);
                }
                return Some(Cow::Borrowed(text));
            }
            (None, Err(_)) => self.encoding = Some(Encoding::Latin1),
        }
        Some(Cow::Owned(bytes.iter().map(|byte| windows_1252(*byte)).collect()))
    }

    /// Whether bytes of a file in UTF-8 stop in the middle of a letter.
    pub(crate) fn stops_in_letter(&self, bytes: &[u8]) -> bool {
        let is_short = |error: std::str::Utf8Error| error.error_len().is_none();
        self.encoding == Some(Encoding::Utf8) && std::str::from_utf8(bytes).err().is_some_and(is_short)
    }
}

fn windows_1252(byte: u8) -> char {
    /// What Windows put into the place of control characters, from 0x80 on; the five gaps stay what they are.
    const UPPER: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}', '‘',
        '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
    ];
    match byte {
        0x80..=0x9f => UPPER[usize::from(byte - 0x80)],
        _ => char::from(byte),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_that_is_not_ascii_decides() {
        let mut guess = Decoder::new(None);
        assert_eq!(guess.decode(b"plain").as_deref(), Some("plain"));
        assert_eq!(guess.decode(b"caf\xe9 24,90 \x80").as_deref(), Some("café 24,90 €"));
        assert_eq!(guess.decode("é".as_bytes()), None, "of both encodings");
        assert_eq!(guess.decode(b"caf\xe9").as_deref(), Some("café"), "once Latin-1, always Latin-1");

        let mut guess = Decoder::new(None);
        assert_eq!(guess.decode("café".as_bytes()).as_deref(), Some("café"));
        assert_eq!(guess.decode(b"caf\xe9"), None, "once UTF-8, always UTF-8");
        assert!(guess.stops_in_letter(b"caf\xc3") && !guess.stops_in_letter(b"caf\xe9s"));
    }

    #[test]
    fn what_is_declared_is_not_guessed() {
        assert_eq!(Decoder::new(Some(Encoding::Utf8)).decode(b"caf\xe9"), None);
        assert_eq!(Decoder::new(Some(Encoding::Latin1)).decode("é".as_bytes()).as_deref(), Some("Ã©"));
    }
}

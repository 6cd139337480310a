//! That no text has a gap, whatever is known of whom it speaks to: none reads "Bonjour ," or "Bonjour Marie ,".

use super::{Chunk, Part, Token};

/// The first token, by its place among the tokens of a text, that leaves a gap with its neutral form or with a value
/// in it, among others of which any are known. What stands outside of tokens may be written as the author likes.
pub(super) fn find(chunks: &[Chunk]) -> Option<usize> {
    read_all(chunks).err()
}

/// What a value writes: without the blanks around it. `None` if nobody would read it as a value, as of `-` or of what is
/// not seen, or if it has a gap of its own.
pub(super) fn as_written(value: &str) -> Option<&str> {
    let value = value.trim_matches(is_space);
    let (mut before, mut says_something) = (Sign::Space, false);
    let mut seen = value.chars().filter(|character| !is_unseen(*character)).peekable();
    if seen.peek().is_none_or(|first| Sign::of(*first) != Sign::Letter) {
        return None;
    }
    for character in seen {
        let sign = Sign::of(character);
        if matches!((before, sign), (Sign::Line | Sign::Space, Sign::Stop)) {
            return None;
        }
        says_something |= sign == Sign::Letter && !is_filler(character);
        before = sign;
    }
    (says_something && !matches!(before, Sign::Line | Sign::Space)).then_some(value)
}

/// Whether a text writes nothing that is seen.
pub(super) fn is_blank(text: &str) -> bool {
    text.chars().all(|character| is_space(character) || is_unseen(character))
}

/// Goes through all that the text can read, at once: what is written later depends on nothing but the last edge.
fn read_all(chunks: &[Chunk]) -> Result<(), usize> {
    let mut edges = vec![Edge { before: Sign::Line, after_nothing: false, token: None }];
    let mut tokens = 0..;
    for chunk in chunks {
        let mut next = Vec::with_capacity(2 * edges.len());
        let mut add = |edge| {
            if !next.contains(&edge) {
                next.push(edge);
            }
        };
        match chunk {
            Chunk::Text(text) => {
                for edge in edges {
                    add(edge.read(text.chars(), None)?);
                }
            }
            Chunk::Token(token) => {
                let place = tokens.next();
                for edge in edges {
                    add(edge.read(token.neutral.chars(), place)?);
                    add(edge.read(known(token), place)?);
                }
            }
        }
        edges = next;
    }
    Ok(())
}

/// What a token writes with a value, for which one letter stands.
fn known(token: &Token) -> impl Iterator<Item = char> {
    let parts = token.parts.iter().map(|part| match part {
        Part::Text(text) => text,
        Part::Reference(_) => "x",
    });
    parts.flat_map(str::chars)
}

/// Where a text has been read up to.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Edge {
    /// The last character that is seen.
    before: Sign,
    /// Whether a token stands behind it that wrote nothing.
    after_nothing: bool,
    /// The first token that wrote it, or nothing behind it. `None`: the author wrote it, and no token came since.
    token: Option<usize>,
}

impl Edge {
    /// Reads on what a token writes, or the author (`None`).
    fn read(self, text: impl Iterator<Item = char>, token: Option<usize>) -> Result<Self, usize> {
        let mut seen = text.filter(|character| !is_unseen(*character)).map(Sign::of).peekable();
        if seen.peek().is_none() && token.is_some() {
            return Ok(Self { after_nothing: true, token: self.token.or(token), ..self });
        }
        seen.try_fold(self, |edge, sign| match edge.token.or(token) {
            Some(at_fault) if edge.leaves_gap(sign) => Err(at_fault),
            _ => Ok(Self { before: sign, after_nothing: false, token }),
        })
    }

    fn leaves_gap(self, next: Sign) -> bool {
        match (self.before, next) {
            (Sign::Line | Sign::Space, Sign::Space | Sign::Stop) | (Sign::Line, Sign::Mark) => true,
            // French has a space there, but not in place of a word.
            (Sign::Space, Sign::Mark) => self.after_nothing,
            _ => false,
        }
    }
}

/// What a character is to a gap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sign {
    /// The end of a line; the beginning of the text is like one.
    Line,
    Space,
    /// No language has a space before it.
    Stop,
    /// Some languages have a space before it.
    Mark,
    /// Anything else.
    Letter,
}

impl Sign {
    fn of(character: char) -> Self {
        match character {
            '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}' => Self::Line,
            ',' | '.' | '،' | '、' | '。' | '，' | '．' => Self::Stop,
            '!' | '?' | ';' | ':' => Self::Mark,
            space if is_space(space) => Self::Space,
            _ => Self::Letter,
        }
    }
}

/// What people type where a form wants something.
fn is_filler(character: char) -> bool {
    matches!(character, '-' | '–' | '—' | '_' | '…' | '·' | '\'' | '"' | '/' | '\\' | '*' | '~' | '(' | ')')
}

/// Whether the character is seen as an empty place: white space, the empty pattern of Braille, the fillers of Hangul.
fn is_space(character: char) -> bool {
    character.is_whitespace() || matches!(character, '\u{115f}' | '\u{1160}' | '\u{2800}' | '\u{3164}' | '\u{ffa0}')
}

/// Whether nobody sees that the character is there: what Unicode calls default ignorable (DerivedCoreProperties 16.0),
/// without the fillers.
fn is_unseen(character: char) -> bool {
    matches!(character,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
        | '\u{fff0}'..='\u{fff8}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

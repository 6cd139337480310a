//! The linear count that stands before the parser: bytes, tokens, nesting. Deep or long input overflows the parser's
//! stack or takes it quadratic time, so it must never get there.

use model::limits::{CONDITION_BYTES, CONDITION_TOKENS};

use crate::error::{Fault, code};

/// Levels of brackets and of `? :` in a condition, at most.
pub(crate) const NESTING: usize = 32;

/// Passes what is short and flat enough to parse.
pub(crate) fn admit(text: &str) -> Result<(), Fault> {
    if text.len() > CONDITION_BYTES {
        let message = format!("A condition has at most {CONDITION_BYTES} bytes; this one has {}.", text.len());
        return Err(Fault::new(code::TOO_LONG, CONDITION_BYTES, message));
    }
    let (mut tokens, mut depth, mut choices) = (0, 0_usize, 0);
    let mut scan = Scan { bytes: text.as_bytes(), at: 0 };
    while let Some((start, first)) = scan.token() {
        tokens += 1;
        if tokens > CONDITION_TOKENS {
            let message = format!("A condition has at most {CONDITION_TOKENS} words and signs; this one has more.");
            return Err(Fault::new(code::TOO_LONG, start, message));
        }
        match first {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            b'?' => choices += 1,
            _ => {}
        }
        if depth > NESTING || choices > NESTING {
            let message = format!("A condition nests at most {NESTING} brackets or choices; this one is deeper.");
            return Err(Fault::new(code::TOO_DEEP, start, message));
        }
    }
    Ok(())
}

struct Scan<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Scan<'_> {
    /// The next token: where it starts, and its first byte. Comments and blanks are no tokens.
    fn token(&mut self) -> Option<(usize, u8)> {
        loop {
            let start = self.at;
            let first = *self.bytes.get(start)?;
            self.at += 1;
            match first {
                b' ' | b'\t' | b'\r' | b'\n' | 0x0c => continue,
                b'/' if self.peek() == Some(b'/') => {
                    self.skip_while(|byte| byte != b'\n');
                    continue;
                }
                b'"' | b'\'' => self.string(first, Escapes::Read),
                b'r' | b'R' | b'b' | b'B' if matches!(self.peek(), Some(b'"' | b'\'')) => {
                    let quote = self.bytes[self.at];
                    self.at += 1;
                    self.string(quote, if matches!(first, b'r' | b'R') { Escapes::Raw } else { Escapes::Read });
                }
                b'`' => {
                    self.skip_while(|byte| byte != b'`');
                    self.at = (self.at + 1).min(self.bytes.len());
                }
                _ if is_word(first) => self.skip_while(is_word),
                b'=' | b'!' | b'<' | b'>' if self.peek() == Some(b'=') => self.at += 1,
                b'&' | b'|' if self.peek() == Some(first) => self.at += 1,
                _ => {}
            }
            return Some((start, first));
        }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn skip_while(&mut self, keep: impl Fn(u8) -> bool) {
        while self.peek().is_some_and(&keep) {
            self.at += 1;
        }
    }

    /// Skips to behind the closing quote, single or triple; an unclosed text ends with the input.
    fn string(&mut self, quote: u8, escapes: Escapes) {
        let triple = self.bytes[self.at..].starts_with(&[quote, quote]);
        self.at += if triple { 2 } else { 0 };
        let end: &[u8] = if triple { &[quote; 3] } else { &[quote] };
        while self.at < self.bytes.len() {
            if self.bytes[self.at..].starts_with(end) {
                self.at += end.len();
                return;
            }
            // Only a triple text goes over the end of the line; the parser says so, we only resynchronize.
            if !triple && self.bytes[self.at] == b'\n' {
                return;
            }
            self.at += if escapes == Escapes::Read && self.bytes[self.at] == b'\\' { 2 } else { 1 };
        }
        self.at = self.bytes.len();
    }
}

#[derive(PartialEq, Eq, Clone, Copy)]
enum Escapes {
    Read,
    Raw,
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(text: &str) -> usize {
        let mut scan = Scan { bytes: text.as_bytes(), at: 0 };
        std::iter::from_fn(|| scan.token()).count()
    }

    #[test]
    fn words_texts_and_signs_count_once_each() {
        for (text, tokens) in [
            ("", 0),
            ("a == 1", 3),
            ("a.b_c(\"x y\") && !d", 9),
            (r#"r"\" + '\'' + """a"b""" + b'x'"#, 7),
            ("a // the rest is a comment && b", 1),
            ("`a b`.c", 3),
            ("\"é\" <= 1.5", 5),
            ("'open", 1),
        ] {
            assert_eq!(count(text), tokens, "{text}");
        }
    }

    #[test]
    fn the_limits_hold_at_and_one_beyond() {
        let chain = |operands: usize| vec!["a"; operands].join("+");
        assert!(admit(&chain(500)).is_ok());
        assert!(admit(&format!("{}+", chain(500))).is_ok(), "exactly the limit of tokens");
        assert_eq!(admit(&chain(501)).unwrap_err().code, code::TOO_LONG);

        let nested = |depth: usize| format!("{}1{}", "(".repeat(depth), ")".repeat(depth));
        assert!(admit(&nested(NESTING)).is_ok());
        assert_eq!(admit(&nested(NESTING + 1)).unwrap_err().code, code::TOO_DEEP);

        let long = |bytes: usize| format!("'{}'", "x".repeat(bytes - 2));
        assert!(admit(&long(CONDITION_BYTES)).is_ok());
        assert_eq!(admit(&long(CONDITION_BYTES + 1)).unwrap_err().code, code::TOO_LONG);
    }
}

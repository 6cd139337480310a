//! Reads templates. Every error points at a character of its text.

use std::sync::Arc;

use model::{
    limits::TEXT_TOKENS,
    value::{Fields, Value},
};

use super::{Chunk, Part, Piece, Reference, TemplateError, Token, code, gap, pointer_to, render_text};

pub(super) fn fields(fields: &Fields, pointer: &str) -> Result<Vec<(Arc<str>, Piece)>, TemplateError> {
    fields.iter().map(|(name, value)| Ok((name.clone(), piece(value, &pointer_to(pointer, name))?))).collect()
}

fn piece(value: &Value, pointer: &str) -> Result<Piece, TemplateError> {
    Ok(match value {
        Value::Text(text) if text.contains("{{") => {
            let fault = |Fault { code, message, byte }: Fault| {
                let at = text.char_indices().take_while(|(place, _)| *place < byte).count();
                TemplateError { code, message, pointer: pointer.to_owned(), at }
            };
            Piece::Text(chunks(text).map_err(fault)?)
        }
        Value::List(values) => {
            let pieces = values.iter().enumerate().map(|(place, value)| piece(value, &format!("{pointer}/{place}")));
            Piece::List(pieces.collect::<Result<_, _>>()?)
        }
        Value::Map(inner) => Piece::Map(fields(inner, pointer)?),
        other => Piece::Value(other.clone()),
    })
}

struct Fault {
    code: &'static str,
    message: String,
    byte: usize,
}

fn fault(code: &'static str, byte: usize, message: impl Into<String>) -> Fault {
    Fault { code, message: message.into(), byte }
}

fn chunks(text: &str) -> Result<Vec<Chunk>, Fault> {
    let (mut chunks, mut tokens, mut at) = (Vec::new(), Vec::new(), 0);
    while let Some(open) = text[at..].find("{{") {
        let open = at + open;
        if open > at {
            chunks.push(Chunk::Text(text[at..open].into()));
        }
        let mut reader = Reader { text, at: open + 2, open };
        let chunk = reader.token()?;
        if matches!(chunk, Chunk::Token(_)) {
            tokens.push(open);
            if tokens.len() > TEXT_TOKENS {
                return Err(fault(code::TOO_MANY, open, format!("A text has at most {TEXT_TOKENS} tokens.")));
            }
        }
        chunks.push(chunk);
        at = reader.at;
    }
    if at < text.len() {
        chunks.push(Chunk::Text(text[at..].into()));
    }
    no_gap(&chunks, &tokens)?;
    Ok(chunks)
}

/// Refuses a text that would be empty, or read "Bonjour ,", to anybody.
fn no_gap(chunks: &[Chunk], tokens: &[usize]) -> Result<(), Fault> {
    let Some(first) = tokens.first() else { return Ok(()) };
    if gap::is_blank(&render_text(chunks, &|_| None)) {
        return Err(fault(code::GAP, *first, "For those of whom nothing is known this text would be empty."));
    }
    let Some(token) = gap::find(chunks) else { return Ok(()) };
    let message = "With this token, known or not, the text can have a gap; draw the space or the greeting into the \
                   token: {{ \"Bonjour \" + profile.first_name | \"Bonjour\" }}.";
    Err(fault(code::GAP, tokens[token], message))
}

struct Reader<'t> {
    text: &'t str,
    /// The byte that is read next.
    at: usize,
    /// The byte at which the token begins.
    open: usize,
}

impl<'t> Reader<'t> {
    /// What stands behind the two opening braces, and the two closing ones.
    fn token(&mut self) -> Result<Chunk, Fault> {
        let mut parts = vec![self.part()?];
        while self.takes("+") {
            parts.push(self.part()?);
        }
        let known = parts.iter().any(|part| matches!(part, Part::Reference(_)));
        if self.takes("|") {
            self.skip_blanks();
            let neutral_at = self.at;
            let Part::Text(neutral) = self.part()? else {
                let message = "A neutral form is a text in quotes: {{ profile.first_name | \"dear customer\" }}.";
                return Err(fault(code::SYNTAX, neutral_at, message));
            };
            self.close()?;
            return Ok(Chunk::Token(Token { parts, neutral }));
        }
        self.close()?;
        match parts.as_slice() {
            [Part::Text(text)] => Ok(Chunk::Text(text.clone())),
            _ if known => {
                let message = "This token says nothing for those of whom the value is not known; give it a neutral \
                               form: {{ profile.first_name | \"dear customer\" }}.";
                Err(fault(code::NO_NEUTRAL, self.open, message))
            }
            _ => Err(fault(code::SYNTAX, self.open, "A text in quotes stands alone between the braces.")),
        }
    }

    fn part(&mut self) -> Result<Part, Fault> {
        self.skip_blanks();
        let start = self.at;
        if let Some(quote) = self.rest().chars().next().filter(|quote| matches!(quote, '"' | '\'')) {
            return Ok(Part::Text(self.quoted(quote)?.into()));
        }
        let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
        let word = self.rest().split(|c| !is_name(c)).next().unwrap_or_default();
        self.at += word.len();
        let named = |name: &str| !name.is_empty() && name.split('.').all(|name| !name.is_empty());
        match word.split_once('.') {
            Some(("profile", name)) if named(name) && !name.contains('.') => {
                Ok(Part::Reference(Reference::Trait(name.into())))
            }
            Some(("request", name)) if named(name) => Ok(Part::Reference(Reference::Request(name.into()))),
            _ => {
                let message = "A token writes profile.NAME, request.NAME or a text in quotes; to write two braces as \
                               such, say {{ \"{{\" }}.";
                Err(fault(code::SYNTAX, start, message))
            }
        }
    }

    fn quoted(&mut self, quote: char) -> Result<String, Fault> {
        let start = self.at;
        let mut text = String::new();
        let mut characters = self.rest().char_indices().skip(1);
        while let Some((place, character)) = characters.next() {
            match character {
                '\\' => match characters.next() {
                    Some((_, escaped)) if escaped == '\\' || escaped == quote => text.push(escaped),
                    _ => {
                        return Err(fault(
                            code::SYNTAX,
                            start + place,
                            "Behind a backslash stands a quote or another.",
                        ));
                    }
                },
                end if end == quote => {
                    self.at = start + place + end.len_utf8();
                    return Ok(text);
                }
                other => text.push(other),
            }
        }
        Err(fault(code::SYNTAX, start, "These quotes are not closed."))
    }

    fn close(&mut self) -> Result<(), Fault> {
        if self.takes("}}") {
            return Ok(());
        }
        Err(fault(code::SYNTAX, self.at, "The token goes on with +, | or its closing braces here."))
    }

    fn takes(&mut self, sign: &str) -> bool {
        self.skip_blanks();
        let is_next = self.rest().starts_with(sign);
        if is_next {
            self.at += sign.len();
        }
        is_next
    }

    fn skip_blanks(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start().len();
    }

    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }
}

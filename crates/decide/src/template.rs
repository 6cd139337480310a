//! Payloads whose texts hold tokens, `{{ profile.first_name | "dear customer" }}`, each with a neutral form.
//!
//! ```text
//! text    = { any characters | token }
//! token   = "{{" part { "+" part } "|" quoted "}}"        the last is the neutral form
//!         | "{{" quoted "}}"                              the quoted text itself, to write two braces
//! part    = quoted | "profile." name | "request." name { "." name }
//! quoted  = '"' { any character but " and \ | \" | \\ } '"', or the same in single quotes
//! ```
//!
//! A token writes its parts one after another; if one of them is missing, says nothing or is not allowed, it writes its
//! neutral form instead, whole. So `{{ "Bonjour " + profile.first_name | "Bonjour" }},` never reads "Bonjour ,".

mod gap;
mod parse;

use std::{borrow::Cow, sync::Arc};

use model::{
    name::{Name, Trait},
    value::{Fields, Value},
};
use thiserror::Error;

/// JSON whose texts are templates.
#[derive(Debug, Clone, PartialEq)]
pub struct Payload {
    written: Fields,
    /// Of a payload without tokens nothing: it is served as it was written.
    pieces: Option<Vec<(Arc<str>, Piece)>>,
}

/// A token in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    pub(crate) parts: Vec<Part>,
    pub(crate) neutral: Arc<str>,
}

/// What a token writes where it is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reference {
    /// `profile.NAME`.
    Trait(Name<Trait>),
    /// `request.NAME`.
    Request(Arc<str>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Part {
    Text(Arc<str>),
    Reference(Reference),
}

#[derive(Debug, Clone, PartialEq)]
enum Piece {
    Value(Value),
    Text(Vec<Chunk>),
    List(Vec<Piece>),
    Map(Vec<(Arc<str>, Piece)>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Chunk {
    Text(Arc<str>),
    Token(Token),
}

/// Why a payload is none.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{message}")]
pub struct TemplateError {
    /// A stable code.
    pub code: &'static str,
    /// A sentence for the person who wrote the text.
    pub message: String,
    /// The text as a JSON pointer into the payload.
    pub pointer: String,
    /// Characters of the text before the offending one.
    pub at: usize,
}

macro_rules! codes {
    ($($(#[doc = $doc:literal])* $name:ident = $code:literal;)*) => {
        $($(#[doc = $doc])* pub const $name: &str = $code;)*
        /// Every one of them.
        pub const ALL: &[&str] = &[$($name),*];
    };
}

/// The stable codes of [`TemplateError`].
pub mod code {
    codes! {
        /// What stands between two braces is no token.
        SYNTAX = "TOKEN_SYNTAX";
        /// A token says nothing for those of whom the value is not known.
        NO_NEUTRAL = "TOKEN_WITHOUT_NEUTRAL";
        /// With its value or its neutral form the text can have a gap: a space before a comma or a full stop, two
        /// spaces, or nothing at all.
        GAP = "TOKEN_LEAVES_GAP";
        /// More tokens in one text than there may be.
        TOO_MANY = "TOKEN_TOO_MANY";
    }
}

impl Payload {
    /// Reads the texts of a payload.
    ///
    /// # Errors
    /// The first token that is none, that has no neutral form, or that leaves a gap in its text.
    pub fn compile(written: Fields) -> Result<Self, TemplateError> {
        let pieces = parse::fields(&written, "")?;
        let pieces = pieces.iter().any(|(_, piece)| piece.has_token()).then_some(pieces);
        Ok(Self { written, pieces })
    }

    /// The payload as it was written.
    pub fn written(&self) -> &Fields {
        &self.written
    }

    /// Every reference of every token, with the JSON pointer of its text.
    pub fn references(&self) -> Vec<(String, &Reference)> {
        let mut found = Vec::new();
        for (name, piece) in self.pieces.iter().flatten() {
            piece.references(&pointer_to("", name), &mut found);
        }
        found
    }

    /// The payload with every token replaced. `known` gives what a reference writes; nothing, or nothing that can be
    /// read as a value in a sentence, makes its token neutral.
    pub fn render(&self, known: &dyn Fn(&Reference) -> Option<String>) -> Fields {
        match &self.pieces {
            None => self.written.clone(),
            Some(pieces) => render_fields(pieces, known),
        }
    }
}

impl Token {
    /// What it writes where something is not known.
    pub fn neutral(&self) -> &str {
        &self.neutral
    }

    fn render<'t>(&'t self, known: &dyn Fn(&Reference) -> Option<String>) -> Cow<'t, str> {
        let mut text = String::new();
        for part in &self.parts {
            match part {
                Part::Text(written) => text.push_str(written),
                Part::Reference(reference) => match known(reference).as_deref().and_then(gap::as_written) {
                    Some(value) => text.push_str(value),
                    None => return Cow::Borrowed(&self.neutral),
                },
            }
        }
        Cow::Owned(text)
    }
}

impl Piece {
    fn has_token(&self) -> bool {
        match self {
            Self::Value(_) => false,
            // A text without tokens is kept as a value, unless it was quoted.
            Self::Text(_) => true,
            Self::List(pieces) => pieces.iter().any(Self::has_token),
            Self::Map(pieces) => pieces.iter().any(|(_, piece)| piece.has_token()),
        }
    }

    fn references<'p>(&'p self, pointer: &str, found: &mut Vec<(String, &'p Reference)>) {
        match self {
            Self::Value(_) => {}
            Self::Text(chunks) => {
                let tokens = chunks.iter().filter_map(|chunk| match chunk {
                    Chunk::Token(token) => Some(token),
                    Chunk::Text(_) => None,
                });
                let references = tokens.flat_map(|token| &token.parts).filter_map(|part| match part {
                    Part::Reference(reference) => Some((pointer.to_owned(), reference)),
                    Part::Text(_) => None,
                });
                found.extend(references);
            }
            Self::List(pieces) => {
                for (place, piece) in pieces.iter().enumerate() {
                    piece.references(&format!("{pointer}/{place}"), found);
                }
            }
            Self::Map(pieces) => {
                for (name, piece) in pieces {
                    piece.references(&pointer_to(pointer, name), found);
                }
            }
        }
    }

    fn render(&self, known: &dyn Fn(&Reference) -> Option<String>) -> Value {
        match self {
            Self::Value(value) => value.clone(),
            Self::Text(chunks) => Value::text(render_text(chunks, known)),
            Self::List(pieces) => Value::List(pieces.iter().map(|piece| piece.render(known)).collect()),
            Self::Map(pieces) => Value::Map(render_fields(pieces, known)),
        }
    }
}

pub(crate) fn render_text(chunks: &[Chunk], known: &dyn Fn(&Reference) -> Option<String>) -> String {
    let mut text = String::new();
    for chunk in chunks {
        match chunk {
            Chunk::Text(written) => text.push_str(written),
            Chunk::Token(token) => text.push_str(&token.render(known)),
        }
    }
    text
}

fn render_fields(pieces: &[(Arc<str>, Piece)], known: &dyn Fn(&Reference) -> Option<String>) -> Fields {
    pieces.iter().map(|(name, piece)| (name.clone(), piece.render(known))).collect()
}

fn pointer_to(pointer: &str, name: &str) -> String {
    format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"))
}

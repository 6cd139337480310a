//! Names that people give to things: a trait, a segment, a purpose. Cheap to clone, typed by what they name.

use std::{borrow::Borrow, fmt, marker::PhantomData, sync::Arc};

/// What a [`Name`] can name. The word is used in error messages.
pub trait Named {
    /// The glossary's word for the thing, in the singular.
    const WORD: &'static str;
}

macro_rules! named {
    ($($(#[$doc:meta])* $kind:ident = $word:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $kind {}
        impl Named for $kind { const WORD: &'static str = $word; }
    )*};
}
named! {
    /// Names a trait of a profile, such as `country`.
    Trait = "trait";
    /// Names a segment.
    Segment = "segment";
    /// Names a purpose of consent, such as `site`.
    Purpose = "purpose";
    /// Names a namespace of identifiers, such as `user_id`.
    Namespace = "namespace";
    /// Names a source of events or rows.
    Source = "source";
    /// Names a position that can show something, such as `home-hero`.
    Placement = "placement";
    /// Names a reusable piece of content.
    Content = "content";
    /// Names an experience.
    Experience = "experience";
    /// Names a variant of one experience, such as `control`.
    Variant = "variant";
    /// Names a layer: experiences that exclude each other.
    Layer = "layer";
    /// Names a score: a number from events by a published formula.
    Score = "score";
    /// Names a tag: a label on contents, items, actions and, by these, on persons.
    Tag = "tag";
    /// Names a recommender: what proposes items to somebody.
    Recommender = "recommender";
    /// Names a finder: a few questions that lead to a few items.
    Finder = "finder";
}

/// The name of a `K`. Any text; a definition's name is checked by [`Name::definable`] when it is published.
pub struct Name<K> {
    text: Arc<str>,
    kind: PhantomData<fn() -> K>,
}

impl<K> Name<K> {
    /// Wraps a text as a name.
    pub fn new(text: impl Into<Arc<str>>) -> Self {
        Self { text: text.into(), kind: PhantomData }
    }

    /// The text of the name.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether a definition may carry this name: 1 to 64 of `a-z 0-9 _ -`, starting with a letter.
    pub fn definable(&self) -> bool {
        let bytes = self.text.as_bytes();
        bytes.len() <= crate::limits::NAME_BYTES
            && bytes.first().is_some_and(u8::is_ascii_lowercase)
            && bytes.iter().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'_' | b'-'))
    }
}

impl<K> Clone for Name<K> {
    fn clone(&self) -> Self {
        Self { text: self.text.clone(), kind: PhantomData }
    }
}
impl<K> PartialEq for Name<K> {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}
impl<K> Eq for Name<K> {}
impl<K> PartialOrd for Name<K> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl<K> Ord for Name<K> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.text.cmp(&other.text)
    }
}
impl<K> std::hash::Hash for Name<K> {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.text.hash(state);
    }
}
impl<K> Borrow<str> for Name<K> {
    fn borrow(&self) -> &str {
        &self.text
    }
}
impl<K> From<&str> for Name<K> {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}
impl<K> From<String> for Name<K> {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}
impl<K> fmt::Display for Name<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
impl<K> fmt::Debug for Name<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&*self.text, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_definition_name_is_a_short_lowercase_slug() {
        for good in ["a", "cart-abandoned", "foot_width2"] {
            assert!(Name::<Segment>::from(good).definable(), "{good}");
        }
        for bad in ["", "2a", "Cart", "é", "a b", &"a".repeat(65)] {
            assert!(!Name::<Segment>::from(bad).definable(), "{bad}");
        }
    }
}

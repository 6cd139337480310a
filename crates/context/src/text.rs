//! Texts that come from outside: cut at a limit, free of what does not show.

use std::sync::Arc;

/// The longest beginning of at most `bytes` bytes that ends between two characters.
pub(crate) fn cut(text: &str, bytes: usize) -> &str {
    &text[..text.floor_char_boundary(bytes)]
}

/// The text without control characters, trimmed and cut; `None` if nothing is left.
pub(crate) fn clean(text: &str, bytes: usize) -> Option<Arc<str>> {
    let text = text.trim();
    // Looked at only as far as it can be kept, so that a long text costs no more than a short one.
    let text = cut(text, bytes);
    let text = if text.contains(char::is_control) { &*text.replace(char::is_control, " ") } else { text };
    let text = text.trim();
    (!text.is_empty()).then(|| text.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_between_characters() {
        assert_eq!(cut("né", 2), "n");
        assert_eq!(cut("né", 3), "né");
        assert_eq!(clean(" a\u{0}b ", 9).as_deref(), Some("a b"));
        assert_eq!(clean("\u{7}\n", 9), None);
    }
}

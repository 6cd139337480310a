//! Topics: `family:value`, such as `brand:Lowa`, as interests have them. In the index a topic is its folded form, so that
//! `brand:LOWA` is the same, and behind that the value as it is shown.

use crate::{limits::NAME_CHARS, words::chunks, words::line};

/// The family of brands.
pub const BRAND: &str = "brand";
/// The family of categories, each level of a path by itself.
pub const CATEGORY: &str = "category";
/// The family of tags.
pub const TAG: &str = "tag";
/// The family of categories with all that is above them: `Shoes > Boots`.
pub const PATH: &str = "path";

/// Whether a family is one of those above, and not an attribute.
pub(crate) fn is_main(family: &str) -> bool {
    [BRAND, CATEGORY, TAG, PATH].contains(&&*family_key(family))
}

/// Stands between the levels of a category's path.
pub(crate) const PATH_SIGN: &str = " > ";

/// Stands between the folded form and the value. Folding leaves no such sign in a value.
const SHOWN: char = '\u{1f}';

/// What is stored of a topic; nothing if no word is left of the value.
pub(crate) fn stored(family: &str, value: &str) -> Option<String> {
    let value: String = value.trim().chars().take(NAME_CHARS).collect();
    Some(format!("{}{value}", key(family, &value)?))
}

/// What is stored of a category with all that is above it.
pub(crate) fn stored_path(levels: &[&str]) -> Option<String> {
    stored(PATH, &levels.join(PATH_SIGN))
}

/// Where the values begin that fold to the same; nothing if no word is left.
pub(crate) fn key(family: &str, value: &str) -> Option<String> {
    let folded = line(&chunks(value, NAME_CHARS));
    (!folded.is_empty()).then(|| format!("{}:{folded}{SHOWN}", family_key(family)))
}

/// The same of a topic in one text.
pub(crate) fn key_of(topic: &str) -> Option<String> {
    let (family, value) = topic.split_once(':')?;
    key(family, value)
}

/// Below which text all topics of a family are, from which on: `brand:` to `brand;`.
pub(crate) fn family_bounds(family: &str) -> (String, String) {
    let family = family_key(family);
    (format!("{family}:"), format!("{family};"))
}

/// The value of a stored topic as it is shown.
pub(crate) fn shown(stored: &str) -> &str {
    stored.split_once(SHOWN).map_or(stored, |(_, value)| value)
}

/// The sign after a key's last: all topics of a key are before it.
pub(crate) fn key_end(key: &str) -> String {
    let mut end = key.trim_end_matches(SHOWN).to_owned();
    end.push('\u{20}');
    end
}

fn family_key(family: &str) -> String {
    line(&chunks(family, NAME_CHARS)).replace(' ', "-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn topics_fold_and_show_their_value() {
        let stored = stored("Brand", " The North Face ").expect("it has words");
        assert_eq!(shown(&stored), "The North Face");
        let key = key_of("brand:the NORTH face").expect("it has words");
        assert!(stored.starts_with(&key));
        assert!(stored < key_end(&key));
        assert!(super::stored("brand", "the north face boots").is_some_and(|longer| longer > key_end(&key)));
        let (from, until) = family_bounds("brand");
        assert!(from < stored && stored < until);
    }

    #[test]
    fn what_has_no_word_is_no_topic() {
        assert_eq!(stored("brand", " -- "), None);
        assert_eq!(key_of("brand"), None);
    }
}
